import { t as MesosizeError } from "./errors.js";
import { i as printableUrl } from "./validate.js";
import { n as takeUserInfo } from "./user-info.js";
import { createPrivateKey, sign } from "node:crypto";
// src/marathon/api/service-account.ts
/** Seconds. The identity manager of DC/OS takes at most ten minutes, dcos-cli sends five. */
const LIFETIME = 300;
/**
* Reads the secret of a DC/OS service account: the JSON that `dcos security secrets create-sa-secret` stores, with
* `uid`, `private_key`, `scheme` and `login_endpoint`. No message shows anything of it.
* @throws MesosizeError DCOS_SERVICE_ACCOUNT
*/
function readServiceAccount(text) {
	const { uid, private_key: pem, scheme = "RS256", login_endpoint: endpoint } = parse(text);
	if (typeof uid !== "string" || uid === "") throw invalid("has no \"uid\", the name of the account");
	if (scheme !== "RS256") throw invalid("has a \"scheme\" other than \"RS256\", which DC/OS does not know");
	if (typeof pem !== "string") throw invalid("has no \"private_key\"");
	const url = typeof endpoint === "string" && URL.canParse(endpoint) ? new URL(endpoint) : void 0;
	if (endpoint !== void 0 && !/^https?:$/.test(url?.protocol ?? "")) throw invalid("has a \"login_endpoint\" that is no web address");
	return {
		uid,
		key: readKey(pem),
		loginEndpoint: url
	};
}
/**
* The JWT with which a service account asks for a token (RFC 7519, RS256 of RFC 7518).
* @param now milliseconds since the epoch, by the clock of the server
*/
function loginJwt({ uid, key }, now) {
	const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
	const exp = Math.floor(now / 1e3) + LIFETIME;
	const signed = `${part({
		alg: "RS256",
		typ: "JWT"
	})}.${part({
		uid,
		exp
	})}`;
	return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), key).toString("base64url")}`;
}
function parse(text) {
	try {
		const value = JSON.parse(text);
		if (typeof value === "object" && value !== null) return value;
	} catch {
		if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) throw invalid("is the private key alone");
	}
	throw invalid("is no JSON object");
}
function readKey(pem) {
	let key;
	try {
		key = createPrivateKey(pem.replaceAll("\\n", "\n"));
	} catch {
		throw invalid("has a \"private_key\" that is no private key in PEM without a passphrase");
	}
	if (key.asymmetricKeyType !== "rsa") throw invalid("has a \"private_key\" that is no RSA key");
	return key;
}
function invalid(problem) {
	return new MesosizeError("DCOS_SERVICE_ACCOUNT", `dcos-service-account: the secret ${problem}. Give the whole JSON that "dcos security secrets create-sa-secret" stores: {"uid": "...", "scheme": "RS256", "private_key": "...", "login_endpoint": "..."}.`);
}
// src/marathon/api/base-url.ts
/**
* Reads the base URL of a Marathon, such as `https://cluster.example.com/service/marathon`, or those of several
* masters of one cluster with commas or white space between them.
* @throws MesosizeError MARATHON_URL
*/
function readMarathonUrls(text) {
	const words = text.split(/[\s,]+/).filter((word) => word !== "");
	if (words.length === 0) throw new MesosizeError("MARATHON_URL", `marathon-url: is empty. ${EXAMPLES}`);
	const read = words.map(readUrl);
	const authorizations = new Set(read.flatMap(({ authorization }) => authorization ?? []));
	if (authorizations.size > 1) throw new MesosizeError("MARATHON_URL", "marathon-url: the masters of one Marathon take the same user and password, and these URLs have different ones. Write one of them, in one URL.");
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
	if (!parsed || !/^https?:$/.test(parsed.protocol)) throw new MesosizeError("MARATHON_URL", `marathon-url: ${JSON.stringify(printableUrl(word))} is no web address. ${EXAMPLES}`);
	const { url, authorization } = takeUserInfo(parsed);
	url.search = "";
	url.hash = "";
	url.pathname = url.pathname.replace(/\/+$/, "");
	return {
		url,
		authorization
	};
}
export { readServiceAccount as a, loginJwt as i, isPrivate as n, readMarathonUrls as r, apiUrl as t };
