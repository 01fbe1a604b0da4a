import { A as IMMUTABLE, b as PREVIEW_RELEASE, c as findRelease, d as deleteAsset, f as holds, h as uploadTemporary, k as GitHubError, m as listAssets, p as isTemporaryName, s as findOrCreateRelease, u as publishRelease } from "./markdown.js";
import { r as withRetries } from "./fetch.js";
import { r as messageOf, t as MesosizeError } from "./errors.js";
import { d as sizesFile, u as readImageSizes } from "./show.js";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
// src/github/asset-name.ts
/**
* The name under which GitHub keeps a file that is attached to a release: without diacritics, and with a dot for
* each run of characters other than letters, digits and `- _ + @`. GitHub documents no more than that it renames; the rule is
* the one that its own command line mirrors (cli/cli, pkg/cmd/release/shared/upload.go).
*/
function assetName(name) {
	const dotted = name.normalize("NFD").replace(/\p{Mn}/gu, "").replace(/^\./, "default.").replace(/[^a-z0-9_+@-]+/gi, ".").replace(/^\.+|\.+$/g, "");
	return dotted === name || dotted.includes(".") ? dotted : `default.${dotted}`;
}
// src/github/assets.ts
/** "Storage and bandwidth quotas" of releases in GitHub's documentation: each file must be under 2 GiB. */
const TOO_LARGE = 2 * 1024 ** 3;
const MOST_ASSETS = 1e3;
/** Milliseconds after which no upload of another job is still going on. */
const ABANDONED = 36e5;
/** @throws MesosizeError ASSET_TOO_LARGE */
function checkAssetSize({ name, size }) {
	if (size < TOO_LARGE) return;
	throw new MesosizeError("ASSET_TOO_LARGE", `${JSON.stringify(name)} has ${size} bytes, and a file on a GitHub release must have less than ${TOO_LARGE} (2 GiB). Put it on a server of yours with "publish: http", or leave packages out of the image.`);
}
/**
* Attaches a file to a release, in place of the asset that has its name. The old one stays until the new one is
* there as a whole, under a temporary name; then it goes, and the new one gets its name.
* @param overwrite whether an asset with other bytes may be replaced
* @returns the asset, under the name that GitHub gave it
* @throws MesosizeError ASSET_TOO_LARGE; ASSET_EXISTS; RELEASE_IMMUTABLE; RELEASE_FULL; ASSET_RENAME if the new
*   asset did not get its name, which a rerun mends; ASSET_DIGEST; and as `GitHub.rest` throws
*/
async function attach(github, release, file, overwrite, together) {
	checkAssetSize(file);
	const { report, retry } = github;
	const name = assetName(file.name);
	if (name !== file.name) report.note(`GitHub keeps ${JSON.stringify(file.name)} as ${JSON.stringify(name)}.`);
	const attachment = {
		github,
		release,
		file,
		name,
		overwrite
	};
	const assets = together?.assets ?? await listAssets(github, release);
	const current = assets.find((asset) => asset.name === name);
	if (current && holds(current, file)) {
		report.note(`${name} is on the release ${release.tag} already, with the same bytes: kept.`);
		return current;
	}
	checkReplaceable(attachment, current);
	const temporary = assets.filter((asset) => isTemporaryName(asset.name, name));
	const uploaded = temporary.find((asset) => holds(asset, file));
	const now = (retry.now ?? Date.now)();
	const abandoned = temporary.filter((asset) => asset !== uploaded && now - Date.parse(asset.created_at) > ABANDONED);
	for (const asset of abandoned) await deleteAsset(github, asset);
	if (uploaded) {
		report.note(`${name} was uploaded by an earlier run, which did not finish: it only gets its name now.`);
		return takeName(attachment, uploaded, current);
	}
	const remaining = assets.length - abandoned.length;
	if (remaining >= 1e3) throw new MesosizeError("RELEASE_FULL", `The release ${JSON.stringify(release.tag)} has ${remaining} assets, and GitHub allows ${MOST_ASSETS}; a new one needs room beside the old. Delete some, or take another release-tag.`);
	return takeName(attachment, await (together ? uploadTemporary(github, release, file, name, together.onBytes) : uploadAlone(attachment)), current);
}
async function uploadAlone({ github, release, file, name }) {
	const phase = github.report.phase(`Uploading ${name}`, file.size, "bytes");
	const asset = await uploadTemporary(github, release, file, name, (amount) => phase.advance(amount));
	phase.done();
	return asset;
}
function checkReplaceable(attachment, current) {
	const { release, name, overwrite } = attachment;
	if (!overwrite && current?.state === "uploaded") throw exists(attachment, current);
	if (release.immutable && !release.draft) throw new MesosizeError("RELEASE_IMMUTABLE", `The release ${JSON.stringify(release.tag)} is published and immutable, so ${JSON.stringify(name)} cannot be attached to it. ${IMMUTABLE}`);
}
/**
* Gives an uploaded asset its name, which is taken from whichever asset has it.
* @param current the asset that had the name when it was last looked at
*/
async function takeName(attachment, asset, current) {
	const { github, release, file, name, overwrite } = attachment;
	const { rest, repository } = github;
	let occupant = current;
	const rename = async () => {
		if (occupant && holds(occupant, file)) {
			await deleteAsset(github, asset);
			return occupant;
		}
		if (!overwrite && occupant?.state === "uploaded") {
			await deleteAsset(github, asset);
			throw exists(attachment, occupant);
		}
		if (occupant) await deleteAsset(github, occupant);
		try {
			return (await rest.repos.updateReleaseAsset({
				...repository,
				asset_id: asset.id,
				name
			})).data;
		} catch (error) {
			if (!isTaken(error)) throw notRenamed(attachment, asset, error);
			occupant = (await listAssets(github, release)).find((other) => other.name === name);
			throw error;
		}
	};
	return withRetries(rename, {
		...github.retry,
		mayPass: isTaken
	}).catch((error) => {
		throw isTaken(error.cause) ? notRenamed(attachment, asset, error) : error;
	});
}
function isTaken(thrown) {
	return thrown instanceof GitHubError && thrown.reasons.includes("already_exists");
}
function exists({ release, file, name }, current) {
	const digest = current.digest === null ? "of a digest that GitHub does not know" : JSON.stringify(current.digest);
	return new MesosizeError("ASSET_EXISTS", `The release ${JSON.stringify(release.tag)} has another ${JSON.stringify(name)} already, ${digest}; the new one is "sha256:${file.sha256}". Let it be replaced with "overwrite: true", or take another release-tag.`);
}
function notRenamed({ release, name }, asset, error) {
	return new MesosizeError("ASSET_RENAME", `${JSON.stringify(name)} is uploaded to the release ${JSON.stringify(release.tag)}, but only under the temporary name ${JSON.stringify(asset.name)} (asset ${asset.id}): ${messageOf(error)} Run again: the same bytes are not uploaded again, they only get their name.`, { cause: error });
}
// src/preview/kept-sizes.ts
/** Bytes; a list of a thousand packages has a tenth of that. */
const LONGEST = 1048576;
/**
* Keeps the sizes of a branch's image on the release of the previews, over those of an earlier push.
* @throws MesosizeError as `findOrCreateRelease`, `attach` and `publishRelease` do
*/
async function keepSizes(github, context, branch, sizes) {
	const bytes = Buffer.from(JSON.stringify(sizes));
	const release = await findOrCreateRelease(github, {
		tag: PREVIEW_RELEASE,
		draft: false,
		prerelease: true
	}, context);
	await attach(github, release, {
		name: assetName(sizesFile(sizes.service, branch)),
		size: bytes.length,
		sha256: createHash("sha256").update(bytes).digest("hex"),
		type: "application/json",
		open: () => Readable.from([bytes])
	}, true);
	if (release.toPublish) await publishRelease(github, release);
}
/**
* The sizes that were kept for a service's image on a branch; undefined where none were.
* @throws as `GitHub.rest`
*/
async function findSizes(github, branch, service) {
	const { rest, repository } = github;
	const release = await findRelease(github, PREVIEW_RELEASE);
	if (release === void 0) return void 0;
	const name = assetName(sizesFile(service, branch));
	const asset = (await listAssets(github, release)).find((each) => each.name === name);
	if (asset?.state !== "uploaded" || asset.size > LONGEST) return void 0;
	const { data } = await rest.repos.getReleaseAsset({
		...repository,
		asset_id: asset.id,
		headers: { accept: "application/octet-stream" }
	});
	return readImageSizes(Buffer.from(data).toString("utf8"));
}
export { checkAssetSize as a, attach as i, keepSizes as n, MOST_ASSETS as r, findSizes as t };
