// src/lib/errors.ts
/**
* What went wrong, in words for the person who can mend it. The message names the input or file and the
* value, says what is wrong with it, and ends with the next step; `code` is for programs.
*/
var MesosizeError = class extends Error {
	name = "MesosizeError";
	code;
	constructor(code, message, options) {
		super(message, options);
		this.code = code;
	}
};
/** A request that cannot be carried out as it was written; `problems` holds every mistake, one line each. */
var UsageError = class extends MesosizeError {
	name = "UsageError";
	problems;
	constructor(problems) {
		super("USAGE", problems.join("\n"));
		this.problems = problems;
	}
};
/** The text of anything that was thrown, for use inside another message. */
function messageOf(thrown) {
	return thrown instanceof Error ? thrown.message : String(thrown);
}
export { UsageError as n, messageOf as r, MesosizeError as t };
