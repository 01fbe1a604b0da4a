import { t as MesosizeError } from "./errors.js";
import { t as printableUrl } from "./url.js";
// src/lib/user-info.ts
/** The Authorization header of a user and password. RFC 7617. */
function basicAuthorization(user, password) {
	return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}
/** Takes user and password out of a URL; as with libcurl, they become basic authentication. */
function takeUserInfo(from) {
	const url = new URL(from);
	url.username = "";
	url.password = "";
	if (!from.username && !from.password) return { url };
	return {
		url,
		authorization: basicAuthorization(decode(from.username), decode(from.password))
	};
}
/** Percent-decoded; as it is where it is no percent-encoding. */
function decode(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
// src/marathon/api/base-url.ts
/**
* Reads the base URL of a Marathon, such as `https://cluster.example.com/service/marathon`, or those of several
* masters of one cluster with commas or white space between them.
* @throws MesosizeError MARATHON_URL
*/
function readMarathonUrls(text) {
	const words = text.split(/[\s,]+/).filter((word) => word !== "");
	if (words.length === 0) throw new MesosizeError("MARATHON_URL", `it is empty. ${EXAMPLES}`);
	const read = words.map(readUrl);
	const authorizations = new Set(read.flatMap(({ authorization }) => authorization ?? []));
	if (authorizations.size > 1) throw new MesosizeError("MARATHON_URL", "the masters of one Marathon take the same user and password, and these URLs have different ones. Write one of them, in one URL.");
	return {
		urls: read.map(({ url }) => url),
		authorization: [...authorizations][0]
	};
}
/** The URL of a path of the API under a base URL, its slashes as they are. */
function apiUrl(base, path, query = []) {
	const url = new URL(base);
	url.pathname = `${base.pathname.replace(/\/$/, "")}${path}`;
	for (const [name, value] of query) url.searchParams.append(name, value);
	return url;
}
/** Whether what is sent to a URL stays on this machine, or is encrypted on its way. */
function isPrivate({ protocol, hostname }) {
	return protocol === "https:" || /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
const EXAMPLES = "Write an address such as http://marathon.example.com:8080 or https://cluster.example.com/service/marathon.";
function readUrl(word) {
	const parsed = URL.canParse(word) ? new URL(word) : void 0;
	if (!parsed || !/^https?:$/.test(parsed.protocol)) throw new MesosizeError("MARATHON_URL", `${JSON.stringify(printableUrl(word))} is not a URL. ${EXAMPLES}`);
	const { url, authorization } = takeUserInfo(parsed);
	url.search = "";
	url.hash = "";
	url.pathname = url.pathname.replace(/\/+$/, "");
	return {
		url,
		authorization
	};
}
export { takeUserInfo as a, basicAuthorization as i, isPrivate as n, readMarathonUrls as r, apiUrl as t };
