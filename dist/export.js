import { i as runExport, n as publishNowhere, r as layerBytes, t as publishLayersNowhere } from "./none.js";
import { t as createFetch } from "./fetch.js";
import { m as publishOne } from "./fetch-uri.js";
import { n as formatIdent } from "./ident.js";
import { a as visible, i as formatTable, n as formatBytes } from "./reporter.js";
import { n as print } from "./session.js";
import { dirname } from "node:path";
// src/cli/export-summary.ts
const LARGEST = 5;
/** The table at the end of an export, as lines with a line end each. */
function formatSummary({ ident, image, appPath, packages }) {
	const unpacked = packages.reduce((sum, { size }) => sum + size, 0);
	const largest = packages.toSorted((a, b) => b.size - a.size || (a.ident < b.ident ? -1 : 1)).slice(0, LARGEST);
	return [
		...formatTable([
			["Package", visible(formatIdent(ident))],
			..."tarball" in image ? tarballRows(image.tarball) : layerRows(image.layers),
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
function tarballRows({ path, size, sha256 }) {
	return [
		["Tarball", visible(path)],
		["Size", `${formatBytes(size)} (${size} bytes)`],
		["SHA-256", sha256]
	];
}
function layerRows(layers) {
	const { total, added } = layerBytes(layers);
	const kept = layers.filter(({ location }) => location.kept).length;
	return [
		["Layers", `${layers.length} in ${visible(dirname(layers[0].path))}, ${kept} of them kept`],
		["Size", `${formatBytes(total)} (${total} bytes)`],
		["New", `${formatBytes(added)} (${added} bytes) to upload, and to download where agents have the others`]
	];
}
// src/cli/export.ts
/** @returns the exit status */
async function exportForPerson(request, { version, report, signal }) {
	const fetch = createFetch({
		version,
		signal
	});
	const publish = request.layering ? publishLayersNowhere(request, report) : publishOne(publishNowhere(request, report));
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
