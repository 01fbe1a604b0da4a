import { n as UsageError, r as messageOf, t as MesosizeError } from "./errors.js";
import { t as basicAuthorization } from "./user-info.js";
import { a as readServiceAccount } from "./base-url.js";
import { X509Certificate } from "node:crypto";
// src/marathon/api/ca.ts
/**
* Checks that a text holds certificates in PEM, such as the `/ca/dcos-ca.crt` of a DC/OS cluster. A TLS library
* takes no notice of what it cannot read there.
* @throws MesosizeError MARATHON_CA
*/
function readClusterCa(text) {
	const blocks = text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs);
	const hint = "Give the certificate of the authority in PEM, which begins with -----BEGIN CERTIFICATE-----; DC/OS serves its own at https://CLUSTER/ca/dcos-ca.crt.";
	if (!blocks) throw new MesosizeError("MARATHON_CA", `ca-file: holds no certificate. ${hint}`);
	for (const [index, block] of blocks.entries()) try {
		new X509Certificate(block);
	} catch (error) {
		const which = blocks.length > 1 ? `certificate ${index + 1} of ${blocks.length}` : "the certificate";
		throw new MesosizeError("MARATHON_CA", `ca-file: ${which} cannot be read (${messageOf(error)}). ${hint}`);
	}
	return text;
}
// src/marathon/api/credentials.ts
/** @throws UsageError for kinds that exclude each other or are incomplete; MesosizeError DCOS_SERVICE_ACCOUNT */
function readCredentials(given) {
	const kinds = [
		given.fromUrl && "the user and password in marathon-url",
		(given.user || given.password) && "marathon-user and marathon-password",
		given.dcosToken && "dcos-token",
		given.dcosServiceAccount && "dcos-service-account",
		(given.dcosUser || given.dcosPassword) && "dcos-user and dcos-password"
	].filter((kind) => kind !== void 0 && kind !== "");
	const problems = [];
	if (kinds.length > 1) problems.push(`Credentials of ${kinds.length} kinds are given: ${kinds.join("; ")}. Keep one of them.`);
	for (const [prefix, user, password] of [[
		"marathon",
		given.user,
		given.password
	], [
		"dcos",
		given.dcosUser,
		given.dcosPassword
	]]) {
		if (user && !password) problems.push(`${prefix}-user: needs ${prefix}-password beside it.`);
		if (password && !user) problems.push(`${prefix}-password: needs ${prefix}-user beside it.`);
	}
	const token = given.dcosToken?.trim().replace(/^token=/, "");
	if (token && !/^[\x21-\x7e]+$/.test(token)) problems.push("dcos-token: has white space or other characters that no token has. Copy it again from \"dcos config show core.dcos_acs_token\".");
	if (problems.length > 0) throw new UsageError(problems);
	if (given.fromUrl) return {
		kind: "basic",
		authorization: given.fromUrl
	};
	if (given.user) return {
		kind: "basic",
		authorization: basicAuthorization(given.user, given.password)
	};
	if (token) return {
		kind: "dcos-token",
		token
	};
	if (given.dcosServiceAccount) return {
		kind: "dcos-service-account",
		account: readServiceAccount(given.dcosServiceAccount)
	};
	if (given.dcosUser) return {
		kind: "dcos-user",
		uid: given.dcosUser,
		password: given.dcosPassword
	};
	return { kind: "none" };
}
export { readClusterCa as n, readCredentials as t };
