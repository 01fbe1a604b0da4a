import { y as setting } from "./url.js";
import { n as UsageError } from "./errors.js";
import { i as basicAuthorization } from "./base-url.js";
import { n as readServiceAccount } from "./service-account.js";
import { i as ACCESS } from "./show.js";
// src/marathon/api/credentials.ts
/** @throws UsageError for kinds that exclude each other or are incomplete; MesosizeError DCOS_SERVICE_ACCOUNT */
function readCredentials(given) {
	const kinds = [
		given.fromUrl && `the user and password in ${setting("marathon")}`,
		(given.user || given.password) && `${setting("marathon-user")} and ${setting("marathon-password")}`,
		given.dcosToken && setting("dcos-token"),
		given.dcosServiceAccount && setting("dcos-service-account"),
		(given.dcosUser || given.dcosPassword) && `${setting("dcos-user")} and ${setting("dcos-password")}`
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
		if (user && !password) problems.push(`${setting(`${prefix}-user`)}: needs ${setting(`${prefix}-password`)} beside it.`);
		if (password && !user) problems.push(`${setting(`${prefix}-password`)}: needs ${setting(`${prefix}-user`)} beside it.`);
	}
	const token = given.dcosToken?.trim().replace(/^token=/, "");
	if (token && !/^[\x21-\x7e]+$/.test(token)) problems.push(`${setting("dcos-token")}: has white space or other characters that no token has. Copy it again from "dcos config show core.dcos_acs_token".`);
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
// src/settings/read-access.ts
/**
* Reads how to reach Marathon; worth nothing if `values` has problems afterwards.
* @param rows the ways in that there are
* @param hint why there may be no address, a whole sentence
*/
async function readAccess(values, rows = ACCESS, hint = "") {
	const { address, ca, ...given } = await values.read(rows);
	if (values.given(ACCESS.address).length === 0) values.problem(`${setting("marathon")}: no Marathon address given. ${hint || `Write ${setting("marathon", "https://cluster.example.com/service/marathon")}, or set MARATHON_URL.`}`);
	const credentials = await values.attempt(() => readCredentials({
		...given,
		fromUrl: address?.authorization
	}));
	return {
		urls: address?.urls ?? [],
		credentials: credentials ?? { kind: "none" },
		ca
	};
}
export { readAccess as t };
