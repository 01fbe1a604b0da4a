import { t as MesosizeError } from "./errors.js";
// src/habitat/package/ident.ts
const ORIGIN = /^[a-z0-9][a-z0-9_-]{0,254}$/;
const NAME = /^[A-Za-z0-9_-]{1,255}$/;
const VERSION = /^(?!\.{1,2}$)[A-Za-z0-9._+~-]{1,255}$/;
const RELEASE = /^\d{14}$/;
/** @throws MesosizeError IDENT_INVALID, naming the part that is wrong */
function parseIdent(text) {
	const [origin = "", name = "", version, release, ...rest] = text.split("/");
	const problem = !ORIGIN.test(origin) ? `the origin ${JSON.stringify(origin)} must be lower-case letters, digits, "-" and "_"` : !NAME.test(name) ? `the name ${JSON.stringify(name)} must be letters, digits, "-" and "_"` : version !== void 0 && !VERSION.test(version) ? `the version ${JSON.stringify(version)} must be letters, digits and ". _ + ~ -"` : release !== void 0 && !RELEASE.test(release) ? `the release ${JSON.stringify(release)} must be 14 digits, YYYYMMDDhhmmss` : rest.length > 0 ? "it has more than four parts" : void 0;
	if (problem) throw new MesosizeError("IDENT_INVALID", `${JSON.stringify(text)} is not a package identifier: ${problem}. Write origin/name[/version[/release]], such as core/redis.`);
	return {
		origin,
		name,
		version,
		release
	};
}
/** @throws MesosizeError IDENT_INVALID if it is no identifier, IDENT_NOT_FULL if version or release is missing */
function parseFullIdent(text) {
	const ident = parseIdent(text);
	if (!isFull(ident)) throw new MesosizeError("IDENT_NOT_FULL", `${JSON.stringify(text)} must be fully qualified: origin/name/version/release.`);
	return ident;
}
function isFull(ident) {
	return ident.version !== void 0 && ident.release !== void 0;
}
function formatIdent(ident) {
	return [
		ident.origin,
		ident.name,
		ident.version,
		ident.release
	].filter((part) => part !== void 0).join("/");
}
/** Whether a build is one of those that an identifier, full or not, asks for. */
function satisfies(build, wanted) {
	return build.origin === wanted.origin && build.name === wanted.name && (wanted.version === void 0 || build.version === wanted.version) && (wanted.release === void 0 || build.release === wanted.release);
}
/**
* Orders two builds of one package, older first. Habitat's order (components/core/src/package/list/ident.rs):
* the numeric parts of the version with missing ones as zero, then a version without a suffix after the same
* one with a suffix, then the release; what stands before the first number does not count. Versions of which one
* has no numbers are compared as text.
*/
function compareBuilds(a, b) {
	return compareVersions(a.version, b.version) || compareText(a.release, b.release);
}
function compareVersions(a, b) {
	const [partsA, partsB] = [splitVersion(a), splitVersion(b)];
	if (!partsA || !partsB) return compareText(a, b);
	for (let i = 0; i < Math.max(partsA.numbers.length, partsB.numbers.length); i++) {
		const [numberA, numberB] = [partsA.numbers[i] ?? 0n, partsB.numbers[i] ?? 0n];
		if (numberA !== numberB) return numberA < numberB ? -1 : 1;
	}
	if (!partsA.suffix || !partsB.suffix) return Number(!partsA.suffix) - Number(!partsB.suffix);
	return compareText(partsA.suffix, partsB.suffix);
}
/** @returns undefined if there is no number, or nothing between two dots */
function splitVersion(version) {
	const [, digits, suffix = ""] = /([\d.]+)(.*)$/.exec(version) ?? [];
	const numbers = digits?.split(".") ?? [""];
	if (numbers.includes("")) return void 0;
	return {
		numbers: numbers.map(BigInt),
		suffix: suffix.replace(/^-(?=.)/, "")
	};
}
function compareText(a, b) {
	return a < b ? -1 : a > b ? 1 : 0;
}
/** The installed directory of a build, from the root without a leading slash. */
function packagePath(ident) {
	return `hab/pkgs/${formatIdent(ident)}`;
}
/** When a build was made, in seconds since the epoch: its release is a UTC time. */
function releaseTime(ident) {
	const [, year, month, day, hour, minute, second] = /^(....)(..)(..)(..)(..)(..)$/.exec(ident.release).map(Number);
	return Math.floor(Date.UTC(year, month - 1, day, hour, minute, second) / 1e3);
}
export { parseFullIdent as a, satisfies as c, packagePath as i, formatIdent as n, parseIdent as o, isFull as r, releaseTime as s, compareBuilds as t };
