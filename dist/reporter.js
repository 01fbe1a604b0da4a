import { styleText } from "node:util";
// package.json
var version = "0.1.0";
// src/lib/visible.ts
/**
* The text with everything that could drive a terminal, begin a line of its own or turn the reading order
* made visible: control and format characters, line separators, lone surrogates.
*/
function visible(text) {
	return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
		const code = character.codePointAt(0);
		return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
	});
}
// src/lib/terminal/format.ts
const UNITS = [
	"B",
	"KiB",
	"MiB",
	"GiB",
	"TiB"
];
/** Bytes for eyes: `512 B`, `1.5 MiB`. */
function formatBytes(bytes) {
	let value = bytes;
	let unit = 0;
	while (value >= (unit === 0 ? 1024 : 1023.95) && unit < UNITS.length - 1) {
		value /= 1024;
		unit++;
	}
	return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
/** Milliseconds for eyes: `0.3 s`, `2 min 05 s`, `1 h 02 min`. */
function formatDuration(milliseconds) {
	const tenths = Math.round(milliseconds / 100);
	if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
	const seconds = Math.round(milliseconds / 1e3);
	const minutes = Math.floor(seconds / 60);
	return minutes < 60 ? `${minutes} min ${twoDigits(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}
function twoDigits(value) {
	return String(value).padStart(2, "0");
}
/** Lines of columns two spaces apart; those whose number is in `right` are aligned to the right. */
function formatTable(rows, right = []) {
	const widths = [];
	for (const row of rows) for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
	return rows.map((row) => row.map((cell, column) => right.includes(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column])).join("  ").trimEnd());
}
// src/lib/terminal/progress.ts
/** How far a phase is in words: `52%`, `120.0 MiB of 230.0 MiB`, `12.3 MiB/s`. */
function progressDetails({ total, unit, amount, start }, now) {
	const details = [];
	const count = (value) => unit === "bytes" ? formatBytes(value) : String(value);
	const counted = unit === "packages" ? " packages" : "";
	if (total !== void 0) {
		details.push(`${Math.floor(fractionOf(amount, total) * 100)}%`.padStart(4));
		details.push(`${count(Math.min(amount, total))} of ${count(total)}${counted}`);
	} else if (amount > 0) details.push(count(amount) + counted);
	const seconds = (now - start) / 1e3;
	if (unit === "bytes" && seconds >= 1) details.push(`${formatBytes(Math.round(amount / seconds))}/s`);
	return details;
}
/**
* One line, at most `width` columns wide: title, bar where there is room and a total, details.
* @param paint colours a piece of the line; what it adds takes no room
*/
function progressLine(phase, now, width, paint) {
	const { title, total, amount, start } = phase;
	const details = progressDetails(phase, now);
	if (total === void 0) details.push(formatDuration(now - start));
	const words = details.join("  ");
	const bar = Math.min(30, width - title.length - words.length - 6);
	if (total === void 0 || bar < 10) return `${title}  ${words.trimStart()}`.slice(0, width);
	const filled = Math.floor(fractionOf(amount, total) * bar);
	return `${title}  [${paint("cyan", "#".repeat(filled))}${paint("dim", "-".repeat(bar - filled))}]  ${words}`;
}
function fractionOf(amount, total) {
	return total > 0 ? Math.min(1, amount / total) : 1;
}
// src/lib/terminal/reporter.ts
const REDRAW = 100;
/** So often a phase says how far it is where no terminal shows a bar: a log that stays silent looks hung. */
const REMIND = 1e4;
const ERASE = "\r\x1B[K";
const systemClock = {
	now: () => performance.now(),
	every(milliseconds, call) {
		const timer = setInterval(call, milliseconds).unref();
		return () => clearInterval(timer);
	}
};
/**
* Shows phases on a terminal as one line that is redrawn, the newest open phase in it, and elsewhere as plain
* lines. A finished phase leaves one line.
* @param env for NO_COLOR, FORCE_COLOR and TERM
*/
function terminalReporter(stream, env, clock = systemClock) {
	const terminal = stream.isTTY === true && env.TERM !== "dumb";
	const colours = terminal && wantsColours(env);
	const paint = (style, text) => colours ? styleText(style, text, { validateStream: false }) : text;
	const open = /* @__PURE__ */ new Set();
	let drawn = false;
	let stopTicking;
	function draw() {
		const phase = [...open].at(-1);
		if (!phase) return;
		stream.write(`\r${progressLine(phase, clock.now(), (stream.columns || 80) - 1, paint)}\x1b[K`);
		drawn = true;
	}
	function erase() {
		if (drawn) stream.write(ERASE);
		drawn = false;
	}
	function line(text) {
		const redraw = drawn;
		erase();
		stream.write(`${text}\n`);
		if (redraw) draw();
	}
	function remind() {
		for (const phase of open) {
			const now = clock.now();
			if (now - phase.reminded < REMIND) continue;
			phase.reminded = now;
			const details = [...progressDetails(phase, now), formatDuration(now - phase.start)];
			line(`${phase.title}: ${details.join(", ").trimStart()}`);
		}
	}
	function stop() {
		stopTicking?.();
		stopTicking = void 0;
		erase();
	}
	return {
		phase(title, total, unit) {
			const start = clock.now();
			const phase = {
				title: visible(title),
				total,
				unit,
				amount: 0,
				start,
				reminded: start
			};
			open.add(phase);
			stopTicking ??= terminal ? clock.every(REDRAW, draw) : clock.every(REMIND / 10, remind);
			return {
				advance(amount) {
					phase.amount += amount;
				},
				done(outcome = "done") {
					if (!open.delete(phase)) return;
					if (open.size === 0) stop();
					const duration = `(${formatDuration(clock.now() - start)})`;
					line(`${paint("green", `${phase.title}:`)} ${visible(outcome)} ${paint("dim", duration)}`);
				}
			};
		},
		note(text) {
			line(`${paint("cyan", "note:")} ${visible(text)}`);
		},
		warn(text) {
			line(`${paint("yellow", "warning:")} ${visible(text)}`);
		},
		close() {
			open.clear();
			stop();
		}
	};
}
/** NO_COLOR and FORCE_COLOR as node reads them, the second before the first; an empty one counts as unset. */
function wantsColours({ FORCE_COLOR, NO_COLOR }) {
	if (FORCE_COLOR) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
	return !NO_COLOR;
}
export { visible as a, formatTable as i, formatBytes as n, version as o, formatDuration as r, terminalReporter as t };
