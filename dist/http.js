import { n as UsageError, r as messageOf, t as MesosizeError } from "./errors.js";
import { t as printableUrl } from "./url.js";
import { a as redirected, c as HttpStatusError, d as networkError, f as noteRetries, l as formatStatus, n as loadClient, r as withRetries } from "./fetch.js";
import { a as takeUserInfo } from "./base-url.js";
import { c as expandUriTemplate, d as uriTemplateProblem, i as knownUriProblems, l as printableTemplate, r as knownUri, s as variablesOf, u as templateValues } from "./fetch-uri.js";
import { a as visible } from "./reporter.js";
import { createReadStream } from "node:fs";
import { setTimeout } from "node:timers/promises";
// src/http/upload.ts
/**
* How long a server gets to refuse after the first piece of a body. Many refuse without reading and close the
* connection; what is written after that destroys the answer before it is read.
*/
const TIME_TO_REFUSE = 500;
/** Much longer than for an answer to a GET: some stores copy or hash the whole file before they answer. */
const IDLE_TIMEOUT = 3e5;
const MAX_TEXT = 65536;
/**
* An `Upload` with the same manners as `createFetch`: it says who it is, gives up on silent servers, and goes
* through proxies. Not `fetch` itself, which holds the whole of a streamed body in memory (undici issue 4058).
*/
function createUpload({ version, signal, idleTimeout = IDLE_TIMEOUT }) {
	let client;
	return async (url, { method, headers, body, onBytes = () => {}, signal: own = signal }) => {
		client ??= loadClient(idleTimeout);
		const { request, dispatcher } = await client;
		const answered = new AbortController();
		const chunks = sendable(body, answered.signal, onBytes);
		const all = new Headers(headers);
		if (!all.has("user-agent")) all.set("user-agent", `mesosize/${version}`);
		all.set("content-length", String(body.size));
		let complete = false;
		try {
			const response = await request(url, {
				method,
				headers: Object.fromEntries(all),
				body: chunks.iterable,
				dispatcher,
				signal: own
			});
			answered.abort();
			const ok = response.statusCode >= 200 && response.statusCode < 300;
			const text = await readStart(response.body, ok);
			if (ok && chunks.sent() < body.size) throw new MesosizeError("HTTP_TRUNCATED", `${printableUrl(url)} answered with success before it had the file (${chunks.sent()} of ${body.size} bytes were sent), so it cannot have stored it. Check the address, and the proxy, if there is one.`);
			complete = ok;
			return {
				url,
				status: response.statusCode,
				headers: toHeaders(response.headers),
				text
			};
		} catch (thrown) {
			own?.throwIfAborted();
			throw thrown instanceof MesosizeError ? thrown : networkError(url, thrown);
		} finally {
			answered.abort();
			await chunks.close();
			if (!complete) onBytes(-chunks.sent());
		}
	};
}
/** The bytes of a file, which is opened anew for each try. */
function fileBody(path, size) {
	return {
		size,
		async *chunks() {
			let read = 0;
			try {
				for await (const chunk of createReadStream(path)) {
					read += chunk.length;
					if (read > size) break;
					yield chunk;
				}
			} catch (thrown) {
				throw new MesosizeError("UPLOAD_FILE", `${path} cannot be read: ${messageOf(thrown)}.`, { cause: thrown });
			}
			if (read !== size) throw new MesosizeError("UPLOAD_FILE", `${path} had ${size} bytes and has changed while it was uploaded. Let nothing write to it, and try again.`);
		}
	};
}
/** A short text. */
function textBody(text) {
	const bytes = Buffer.from(text);
	return {
		size: bytes.length,
		async *chunks() {
			yield bytes;
		}
	};
}
/** The body's pieces, with a pause after the first one, until the server has answered. */
function sendable(body, answered, onBytes) {
	let sent = 0;
	async function* send() {
		for await (const chunk of body.chunks()) {
			if (answered.aborted) return;
			const isFirst = sent === 0;
			sent += chunk.length;
			onBytes(chunk.length);
			yield chunk;
			if (isFirst && sent < body.size) await setTimeout(TIME_TO_REFUSE, void 0, { signal: answered }).catch(() => {});
		}
	}
	const iterable = send();
	return {
		iterable,
		sent: () => sent,
		/** Closes the file, which undici leaves open when an answer comes early. */
		close: () => iterable.return()
	};
}
/** @param whole whether it matters that the answer breaks off */
async function readStart(body, whole) {
	const chunks = [];
	let size = 0;
	try {
		for await (const chunk of body) {
			chunks.push(chunk);
			size += chunk.length;
			if (size >= MAX_TEXT) break;
		}
	} catch (thrown) {
		if (whole) throw thrown;
	}
	return Buffer.concat(chunks).subarray(0, MAX_TEXT).toString("utf8");
}
function toHeaders(headers) {
	const pairs = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((one) => [name, one]));
	return new Headers(pairs);
}
// src/http/put.ts
const MAX_REDIRECTS = 5;
/**
* Sends a PUT request and follows the redirects that keep method and body (307 and 308), with the body from its
* beginning.
* @returns the last answer, whatever its status
* @throws MesosizeError HTTP_REDIRECT if a redirect cannot be followed, and as `Upload`
*/
async function put(upload, url, options) {
	const { credentials, headers, ...rest } = options;
	let current = url;
	for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
		const answer = await upload(current, {
			...rest,
			method: "PUT",
			headers: current.origin === url.origin ? {
				...headers,
				...credentials
			} : headers
		});
		const location = answer.headers.get("location");
		if (answer.status < 300 || answer.status > 399 || location === null) return answer;
		const next = redirected(current, location);
		if (answer.status !== 307 && answer.status !== 308) throw new MesosizeError("HTTP_REDIRECT", `${printableUrl(current)} answered the upload with ${formatStatus(answer.status)} to ${JSON.stringify(printableUrl(next))}. That asks for a GET, which sends no file: not followed. It is often the way to a login page, or from http to https: give the address that takes the file itself.`);
		current = next;
	}
	throw new MesosizeError("HTTP_REDIRECT", `${printableUrl(url)} redirects more than ${MAX_REDIRECTS} times, last to ${printableUrl(current)}. Check the address.`);
}
// src/http/upload-refusal.ts
/** Statuses from 500 on that the same request gets again: not implemented, HTTP version, no room, loop. */
const LASTING = /* @__PURE__ */ new Set([
	501,
	505,
	507,
	508
]);
const MOST_WORDS = 200;
/**
* Puts into words that a server did not take an upload.
* @param next what to do about it
* @param secrets what was sent that a server may repeat, and nobody may read
* @returns HttpStatusError HTTP_STATUS where another try may help, else MesosizeError UPLOAD_REFUSED
*/
function uploadRefusal(answer, next, secrets = []) {
	const { url, status } = answer;
	const message = `${printableUrl(url)} answered ${formatStatus(status)} to the upload${words(answer, secrets)}. ${next}`;
	return status === 429 || status >= 500 && !LASTING.has(status) ? new HttpStatusError("HTTP_STATUS", message, answer) : new MesosizeError("UPLOAD_REFUSED", message);
}
/** The beginning of the server's own words, where these are no web page. */
function words({ headers, text }, secrets) {
	const start = visible(text.slice(0, MOST_WORDS).replace(/\s+/g, " ").trim());
	if (start === "" || /html/i.test(headers.get("content-type") ?? "")) return "";
	if (/^<(!doctype|html)/i.test(start) || secrets.some((secret) => text.includes(secret))) return "";
	return `: ${JSON.stringify(start)}`;
}
// src/publish/http-refusal.ts
/**
* What to tell a person of an answer with which a server does not take an upload.
* @param to where the tarball was sent
* @param credentials the headers that were sent there
*/
function httpRefusal(answer, to, credentials) {
	return uploadRefusal(answer, answer.url.origin === to.origin ? nextStep(answer.status, "authorization" in credentials) : `${to.origin} redirected there, and user, password and upload-headers are sent to ${to.origin} alone. If ${answer.url.origin} is the server that you mean, give its address as upload-url.`, Object.values(credentials).flatMap((value) => [value, value.replace(/^\S+ +/, "")]).filter((secret) => secret.length >= 6));
}
function nextStep(status, authorized) {
	switch (status) {
		case 400: return "A Nexus repository answers so for a file that is there already when it does not allow redeploying; Azure wants \"x-ms-blob-type: BlockBlob\" in upload-headers; a presigned URL may have been changed on its way.";
		case 401: return authorized ? "The user and password in upload-url, or the Authorization in upload-headers, are not valid there, or have expired. Give others." : "The server wants to know who uploads. Give user and password in upload-url, or a header such as \"Authorization: Bearer TOKEN\" in upload-headers, from a secret.";
		case 403: return "Whoever uploads may not write this file. Give them the right to, or another address in upload-url. A presigned URL may have expired, or may be for another method or Content-Type than PUT and application/gzip; another Content-Type can be given in upload-headers.";
		case 404: return "The repository, bucket or folder is not there. Make it, or correct upload-url.";
		case 405:
		case 501: return "The server takes no PUT there. Allow it (nginx: dav_methods PUT), or give another upload-url; where that is a folder, end it with \"/\" so that the name of the tarball is added.";
		case 409: return "Either the folder is not there (make it), or the name is that of a folder (end upload-url with \"/\"), or a file of this name may not be replaced (put {sha256} or {release} into upload-url, or remove the file).";
		case 413: return "The file is larger than the server, or a proxy before it, allows. Raise the limit there (nginx: client_max_body_size), or upload elsewhere.";
		case 429: return "It gets too many requests. Try again later.";
		case 500: return "The log of the server says why. nginx answers so where the folder is not there (make it, or create_full_put_path on) or may not be written.";
		case 507: return "The server has no room left. Make room there, or upload elsewhere.";
		default: return status >= 500 ? "Try again later." : "Only 200, 201 and 204 say that the file is stored. Check upload-url and upload-headers.";
	}
}
// src/publish/http.ts
const STORED = /* @__PURE__ */ new Set([
	200,
	201,
	204
]);
const LONGEST_LOOK = 1e4;
/**
* Puts a tarball on any server that takes PUT: nginx, Nexus, Artifactory, a presigned URL of a storage service.
* Agents fetch it from the URI that was asked for, else from the same URL without its query.
* @throws UsageError with everything that is wrong with the target; the publisher throws MesosizeError
*   UPLOAD_REFUSED, UPLOAD_FILE or HTTP_…
*/
function publishOverHttp(target, tools) {
	checkHttpTarget(target);
	return async (tarball) => {
		const { url, credentials } = uploadPlace(target, tarball);
		const uri = knownUri(target, tarball) ?? url.origin + url.pathname;
		const phase = tools.report.phase("Uploading", tarball.size, "bytes");
		if (await isThere(url, credentials, tarball, tools)) {
			phase.advance(tarball.size);
			phase.done("the same file is there already");
		} else {
			await send(url, fileBody(tarball.path, tarball.size), {
				...tools,
				headers: {
					"content-type": "application/gzip",
					"x-checksum-sha256": tarball.sha256
				},
				credentials,
				onBytes: (amount) => phase.advance(amount)
			});
			phase.done(`to ${url.host}`);
		}
		if (target.checksumFile) await sendChecksum(url, credentials, tarball, tools);
		return { uri };
	};
}
/** @throws UsageError with everything that can be found wrong before there is a tarball */
function checkHttpTarget(target) {
	const problems = [...knownUriProblems(target), ...uploadUrlProblems(target)];
	if (problems.length > 0) throw new UsageError(problems);
}
/** What can be found wrong with the upload alone, whole sentences. */
function uploadUrlProblems(target) {
	const problems = [];
	const template = uriTemplateProblem(target.uploadUrl, variablesOf(target));
	if (template) problems.push(`upload-url: ${JSON.stringify(printableTemplate(target.uploadUrl))} ${template}.`);
	else {
		const { problem, url } = parseUploadUrl(target.uploadUrl.replace(/\{\w+\}/g, "0"));
		if (problem) problems.push(problem);
		if (url && (url.username || url.password) && "authorization" in target.headers) problems.push("upload-url has a user and password, and upload-headers has Authorization: only one can be. Remove one of the two.");
	}
	return problems;
}
function parseUploadUrl(text) {
	const url = URL.canParse(text) ? new URL(text) : void 0;
	if (url && /^https?:$/.test(url.protocol)) return { url };
	return { problem: `upload-url: ${JSON.stringify(printableUrl(text))} is no web address. Write one such as https://files.example.com/mesos/.` };
}
/** Where a tarball is PUT. */
function uploadAddress(target, tarball) {
	const { url, problem } = parseUploadUrl(expandUriTemplate(target.uploadUrl, templateValues(tarball, target.tag), "upload-url"));
	if (!url) throw new MesosizeError("UPLOAD_URL", problem);
	if (url.pathname.endsWith("/")) url.pathname += encodeURIComponent(tarball.name);
	url.hash = "";
	return takeUserInfo(url);
}
/** The same, with all headers that only that server may see. */
function uploadPlace(target, tarball) {
	const { url, authorization } = uploadAddress(target, tarball);
	return {
		url,
		credentials: {
			...target.headers,
			...authorization !== void 0 && { authorization }
		}
	};
}
/**
* Whether the server has this very file. Only a SHA-256 is believed, as Artifactory gives it: a length is no
* proof, and an ETag is whatever the server likes. Where it cannot be told, the file is sent.
*/
async function isThere(url, headers, { sha256 }, tools) {
	if (url.search !== "") return false;
	const response = await look(url, headers, tools);
	return response?.status === 200 && response.headers.get("x-checksum-sha256")?.toLowerCase() === sha256;
}
/** The answer to HEAD, undefined where none comes soon. */
async function look(url, headers, { fetch, signal }) {
	const timeout = AbortSignal.timeout(LONGEST_LOOK);
	try {
		return await fetch(url, {
			method: "HEAD",
			headers,
			redirect: "manual",
			signal: signal ? AbortSignal.any([signal, timeout]) : timeout
		});
	} catch {
		return;
	}
}
async function sendChecksum(url, credentials, { name, sha256 }, tools) {
	if (url.search !== "") {
		tools.report.warn("No checksum file is uploaded: the query in upload-url is most likely a signature, which is good for one file. Leave checksum-file out, or give upload-headers instead of a presigned URL.");
		return;
	}
	const beside = new URL(url);
	beside.pathname += ".sha256";
	await send(beside, textBody(`${sha256}  ${name}\n`), {
		...tools,
		headers: { "content-type": "text/plain" },
		credentials
	});
}
/** PUTs a file, with retries. @throws MesosizeError UPLOAD_REFUSED, UPLOAD_FILE or HTTP_… */
function send(url, body, options) {
	const { upload, report, signal, retry, headers, credentials, onBytes } = options;
	return withRetries(async () => {
		const answer = await put(upload, url, {
			body,
			headers,
			credentials,
			onBytes,
			signal
		});
		if (!STORED.has(answer.status)) throw httpRefusal(answer, url, credentials);
	}, {
		...noteRetries(report),
		...retry,
		signal
	});
}
export { uploadAddress as a, uploadRefusal as c, fileBody as d, send as i, put as l, look as n, uploadPlace as o, publishOverHttp as r, uploadUrlProblems as s, checkHttpTarget as t, createUpload as u };
