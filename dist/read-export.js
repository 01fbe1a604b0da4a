import { y as setting } from "./url.js";
import { C as quoted } from "./show.js";
import { D as OUTPUT, E as CACHE, M as RESOURCES, N as SUPERVISOR, j as APP, k as URIS, w as PACKAGES } from "./nearest.js";
import { isAbsolute } from "node:path";
// src/settings/read-export.ts
/**
* What a person asks of an export; worth nothing if `values` has problems afterwards.
* @param packages that were named, each an ident or an absolute path of a hart
*/
async function readExportRequest(values, packages) {
	const { origin, builderUrl, channel, baseUrl, baseChannel, ...found } = await values.read(PACKAGES);
	const { folder, size, kept } = await values.read(CACHE);
	const { uri, uriBase } = await values.read(URIS);
	const request = {
		packages,
		builder: {
			url: builderUrl,
			channel
		},
		base: {
			url: baseUrl,
			channel: baseChannel
		},
		...found,
		...await values.read(OUTPUT),
		cache: kept ? {
			folder,
			size
		} : void 0,
		uri,
		uriBase,
		app: {
			...await values.read(RESOURCES),
			...await values.read(APP),
			...await values.read(SUPERVISOR)
		}
	};
	refuseContradictions(values, request);
	refuseHartsUnderRoot(request, values);
	return request;
}
function refuseContradictions(values, { cache, app: { legacyUris } }) {
	if (values.written(URIS.uri) && values.written(URIS.uriBase)) values.problem(`${setting("uri")} and ${setting("uri-base")}: only one can be given. Use ${setting("uri")} for the whole URI of the tarball, or ${setting("uri-base")} for what goes before its name.`);
	if (values.written(CACHE.folder) && !cache) values.problem(`${setting("cache")} and ${setting("no-cache")}: only one can be given. Use ${setting("cache")} to name the folder, or ${setting("no-cache")} to do without.`);
	if (!values.written(OUTPUT.layering)) return;
	if (values.written(URIS.uri)) values.problem(`${setting("uri")} and ${setting("layers")}: layers are several files and have a URI each. Use ${setting("uri-base")} for what goes before their names.`);
	if (legacyUris) values.problem(`${setting("uris")} and ${setting("layers")}: with the old field agents unpack in any order, but layers need theirs. Leave one of the two out.`);
}
function refuseHartsUnderRoot(request, values) {
	if (!values.written(PACKAGES.fsRoot)) return;
	const { packages, supervisor, launcher, hab } = request;
	for (const name of [
		...packages,
		supervisor,
		launcher,
		hab
	]) {
		if (name === void 0 || !isAbsolute(name)) continue;
		values.problem(`${setting("fs-root")}: reads installed packages, but ${quoted(name)} is a file. Leave ${setting("fs-root")} out, or install the file there and give its identifier.`);
	}
}
export { readExportRequest as t };
