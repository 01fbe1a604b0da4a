import { a as createFetch } from "./body.js";
import { n as runExport, t as publishNowhere } from "./none.js";
import { n as print } from "./session.js";
import { n as formatIdent } from "./ident.js";
import { a as visible, i as formatTable, n as formatBytes } from "./reporter.js";
// src/cli/summary.ts
const LARGEST = 5;
/** The table at the end of an export, as lines with a line end each. */
function formatSummary({ ident, tarball, appPath, packages }) {
	const unpacked = packages.reduce((sum, { size }) => sum + size, 0);
	const largest = packages.toSorted((a, b) => b.size - a.size || (a.ident < b.ident ? -1 : 1)).slice(0, LARGEST);
	return [
		...formatTable([
			["Package", visible(formatIdent(ident))],
			["Tarball", visible(tarball.path)],
			["Size", `${formatBytes(tarball.size)} (${tarball.size} bytes)`],
			["SHA-256", tarball.sha256],
			["Packages", `${packages.length}, ${formatBytes(unpacked)} unpacked`],
			["App", visible(appPath)]
		]),
		"",
		...formatTable([[
			"Largest packages",
			"unpacked",
			"in the tarball"
		], ...largest.map((each) => [
			visible(each.ident),
			formatBytes(each.size),
			formatBytes(each.packed)
		])], [1, 2])
	].map((line) => `${line}\n`).join("");
}
// src/cli/exporting.ts
/** @returns the exit status */
async function exportForPerson(request, { version, report, signal }) {
	const fetch = createFetch({
		version,
		signal
	});
	const publish = publishNowhere(request, report);
	const exported = await runExport(request, {
		fetch,
		publish,
		report,
		signal
	});
	report.close();
	await print(exported.appText, `; it is in ${exported.appPath} all the same`);
	process.stderr.write(`\n${formatSummary(exported)}`);
	return 0;
}
export { exportForPerson };
