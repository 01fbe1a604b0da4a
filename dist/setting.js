// src/lib/setting.ts
/** As on the command line, where the origin has no option, only Habitat's own variable. */
const optionWording = (name, value) => {
	const written = name === "origin" ? "HAB_ORIGIN" : `--${name}`;
	return value === void 0 ? written : `${written} ${value}`;
};
let wording = optionWording;
/**
* Chooses how messages name settings: each front door does that once, before anything else. Until then, settings are
* named as options of the command line.
*/
function wordSettings(chosen) {
	wording = chosen;
}
/**
* A setting, for use inside a message.
* @param name of its row in the table of settings
* @param value to be written with it, as a person would
*/
function setting(name, value) {
	return wording(name, value);
}
export { wordSettings as n, setting as t };
