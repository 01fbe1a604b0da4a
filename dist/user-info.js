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
export { takeUserInfo as n, basicAuthorization as t };
