import { o as version, t as terminalReporter } from "./reporter.js";
import { t as MesosizeError } from "./errors.js";
import { constants } from "node:os";
// src/cli/session.ts
/**
* Does a command's work, which ends early when the program is told to stop.
* @param stopped what to tell then, to be read after "Stopped by SIGINT"
* @returns the exit status: that of the work, or 128 and the signal's number
*/
async function inSession(stopped, work) {
	const report = terminalReporter(process.stderr, process.env);
	const cancellation = new AbortController();
	let stoppedBy;
	const stop = (signal) => {
		stoppedBy = signal;
		cancellation.abort();
	};
	for (const signal of [
		"SIGINT",
		"SIGTERM",
		"SIGHUP"
	]) process.once(signal, stop);
	try {
		return await work({
			version,
			report,
			signal: cancellation.signal
		});
	} catch (error) {
		report.close();
		if (stoppedBy === void 0) throw error;
		process.stderr.write(`Stopped by ${stoppedBy}${stopped}.\n`);
		return 128 + constants.signals[stoppedBy];
	} finally {
		report.close();
	}
}
/**
* Writes to standard output, which may be a full disk or a pipe that nobody reads.
* @param instead added to the error
* @throws MesosizeError STDOUT_UNWRITABLE
*/
function print(text, instead = "") {
	return new Promise((resolve, reject) => {
		process.stdout.write(text, (error) => {
			if (!error) return resolve();
			reject(new MesosizeError("STDOUT_UNWRITABLE", `Standard output cannot be written (${error.message})${instead}. Send it elsewhere.`));
		});
	});
}
export { print as n, inSession as t };
