import { t as MesosizeError } from "./errors.js";
import { y as setting } from "./url.js";
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
	return new MesosizeError("DCOS_SERVICE_ACCOUNT", `${setting("dcos-service-account")}: the secret ${problem}. Give the whole JSON that "dcos security secrets create-sa-secret" stores: {"uid": "...", "scheme": "RS256", "private_key": "...", "login_endpoint": "..."}.`);
}
export { readServiceAccount as n, loginJwt as t };
