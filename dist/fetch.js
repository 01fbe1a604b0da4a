import { i as __toESM } from "./rolldown-runtime.js";
import { t as MesosizeError } from "./errors.js";
import { t as printableUrl } from "./url.js";
import { setTimeout as setTimeout$1 } from "node:timers/promises";
// src/http/retry-notes.ts
/** Tells a person of each failure after which something is tried again. */
function noteRetries(report) {
	return { onRetry: (problem, pause) => report.note(`${problem} Trying again in ${Math.ceil(pause / 1e3)} s.`) };
}
// src/http/errors.ts
/** An HTTP answer that was no success. */
var HttpStatusError = class extends MesosizeError {
	name = "HttpStatusError";
	status;
	/** The Retry-After header as it came: seconds or a date. */
	retryAfter;
	constructor(code, message, response) {
		super(code, message);
		this.status = response.status;
		this.retryAfter = response.headers.get("retry-after") ?? void 0;
	}
};
/** A status with its standard phrase, such as "404 Not Found"; a server's own phrase is not to be trusted. */
function formatStatus(status) {
	const { STATUS_CODES } = process.getBuiltinModule("node:http");
	return [status, STATUS_CODES[status]].filter(Boolean).join(" ");
}
/**
* Puts into words that no answer came from a URL, or only part of one.
* @param thrown what `fetch`, or reading its body, threw
*/
function networkError(url, thrown) {
	const next = causes(thrown).some((cause) => CERTIFICATE.test(codeOf(cause))) ? "If the server uses an authority of your own, name its certificate file in NODE_EXTRA_CA_CERTS." : "Check the address, the network, and the proxy variables http_proxy, https_proxy and no_proxy.";
	return new MesosizeError("HTTP_NETWORK", `No complete answer came from ${printableUrl(url)}: ${reasonOf(thrown)}. ${next}`, { cause: thrown });
}
/**
* Whether the same request may well succeed a little later: connections refused, reset, timed out or cut off,
* name servers that do not answer, and the statuses 429 and 5xx.
*/
function isTransient(thrown) {
	return causes(thrown).some((cause) => cause instanceof HttpStatusError ? cause.status === 429 || cause.status >= 500 : TRANSIENT.has(codeOf(cause)));
}
/** The innermost reason: `fetch` itself says no more than "fetch failed". */
function reasonOf(thrown) {
	return causes(thrown).map((cause) => cause.message || codeOf(cause)).findLast((text) => text !== "") ?? String(thrown);
}
const TRANSIENT = /* @__PURE__ */ new Set([
	"EAI_AGAIN",
	"ECONNABORTED",
	"ECONNREFUSED",
	"ECONNRESET",
	"EHOSTUNREACH",
	"ENETDOWN",
	"ENETUNREACH",
	"EPIPE",
	"ETIMEDOUT",
	"HTTP_TRUNCATED",
	"UND_ERR_BODY_TIMEOUT",
	"UND_ERR_CONNECT_TIMEOUT",
	"UND_ERR_HEADERS_TIMEOUT",
	"UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
	"UND_ERR_SOCKET"
]);
const CERTIFICATE = /CERT|UNABLE_TO_VERIFY/;
function causes(thrown) {
	const chain = [];
	for (let error = thrown; error instanceof Error && !chain.includes(error); error = error.cause) chain.push(error);
	return chain;
}
function codeOf(error) {
	return "code" in error && typeof error.code === "string" ? error.code : "";
}
// src/http/body.ts
/**
* The body of an answer, piece by piece.
* @throws MesosizeError HTTP_NETWORK if it breaks off, HTTP_TRUNCATED if it has not the length that was announced
*/
async function* readChunks({ response, url }) {
	let received = 0;
	try {
		for await (const chunk of response.body ?? []) {
			received += chunk.length;
			yield chunk;
		}
	} catch (thrown) {
		throw thrown instanceof TypeError ? networkError(url, thrown) : thrown;
	}
	const announced = response.headers.get("content-length");
	if (announced !== null && !response.headers.has("content-encoding") && Number(announced) !== received) throw new MesosizeError("HTTP_TRUNCATED", `${printableUrl(url)} announced ${JSON.stringify(announced)} bytes and sent ${received}. Check the proxy, if there is one, or try again later.`);
}
/**
* The body of an answer as UTF-8 text.
* @param limit the most bytes that it may have
* @throws MesosizeError HTTP_TOO_LARGE, and as `readChunks`
*/
async function readText(answer, limit) {
	const chunks = [];
	let size = 0;
	for await (const chunk of readChunks(answer)) {
		size += chunk.length;
		if (size > limit) throw new MesosizeError("HTTP_TOO_LARGE", `The answer of ${printableUrl(answer.url)} is larger than ${limit} bytes, more than it could rightly be. Check the address.`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
}
// src/http/get.ts
const REDIRECTS = /* @__PURE__ */ new Set([
	301,
	302,
	303,
	307,
	308
]);
const MAX_REDIRECTS = 5;
/**
* Sends a GET or HEAD request and follows redirects, but none from https to http and none away from the web.
* @throws MesosizeError HTTP_NETWORK if no answer came, HTTP_REDIRECT if a redirect cannot be followed; the
*   signal's reason if it was aborted
*/
async function get(fetch, url, options = {}) {
	const { method, headers, authorization, signal } = options;
	let current = url;
	for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
		const own = authorization !== void 0 && current.origin === url.origin;
		const response = await fetch(current, {
			method,
			headers: own ? {
				...headers,
				authorization
			} : headers,
			redirect: "manual",
			signal
		}).catch((thrown) => {
			throw thrown instanceof TypeError ? networkError(current, thrown) : thrown;
		});
		const location = response.headers.get("location");
		if (!REDIRECTS.has(response.status) || location === null) return {
			response,
			url: current
		};
		await response.body?.cancel();
		current = redirected(current, location);
	}
	throw new MesosizeError("HTTP_REDIRECT", `${printableUrl(url)} redirects more than ${MAX_REDIRECTS} times, last to ${printableUrl(current)}. Check the address.`);
}
/**
* Where a redirect leads to, without user and password.
* @throws MesosizeError HTTP_REDIRECT if that is not on the web, or http after https
*/
function redirected(from, location) {
	const to = URL.canParse(location, from.href) ? new URL(location, from) : void 0;
	const problem = !to ? "which is no URL" : to.protocol !== "https:" && to.protocol !== "http:" ? "which is not on the web" : from.protocol === "https:" && to.protocol === "http:" ? "where anyone on the way could read and change the answer" : void 0;
	if (!to || problem) throw new MesosizeError("HTTP_REDIRECT", `${printableUrl(from)} redirects to ${JSON.stringify(printableUrl(to ?? location))}, ${problem}: not followed. Check the address.`);
	to.username = "";
	to.password = "";
	return to;
}
// node_modules/is-network-error/index.js
const objectToString = Object.prototype.toString;
const isError = (value) => objectToString.call(value) === "[object Error]";
const errorMessages = /* @__PURE__ */ new Set([
	"network error",
	"NetworkError when attempting to fetch resource.",
	"The Internet connection appears to be offline.",
	"Network request failed",
	"fetch failed",
	"terminated",
	" A network error occurred.",
	"Network connection lost"
]);
function isNetworkError(error) {
	if (!(error && isError(error) && error.name === "TypeError" && typeof error.message === "string")) return false;
	const { message, stack } = error;
	if (message === "Load failed" || message.startsWith("Load failed (") && message.endsWith(")")) return stack === void 0 || "__sentry_captured__" in error;
	if (message.startsWith("error sending request for url")) return true;
	if (message === "Failed to fetch" || message.startsWith("Failed to fetch (") && message.endsWith(")")) return true;
	return errorMessages.has(message);
}
// node_modules/p-retry/index.js
function validateRetries(retries) {
	if (typeof retries === "number") {
		if (retries < 0) throw new TypeError("Expected `retries` to be a non-negative number.");
		if (Number.isNaN(retries)) throw new TypeError("Expected `retries` to be a valid number or Infinity, got NaN.");
	} else if (retries !== void 0) throw new TypeError("Expected `retries` to be a number or Infinity.");
}
function validateNumberOption(name, value, { min = 0, allowInfinity = false } = {}) {
	if (value === void 0) return;
	if (typeof value !== "number" || Number.isNaN(value)) throw new TypeError(`Expected \`${name}\` to be a number${allowInfinity ? " or Infinity" : ""}.`);
	if (!allowInfinity && !Number.isFinite(value)) throw new TypeError(`Expected \`${name}\` to be a finite number.`);
	if (value < min) throw new TypeError(`Expected \`${name}\` to be \u2265 ${min}.`);
}
var AbortError = class extends Error {
	constructor(message) {
		super();
		if (message instanceof Error) {
			this.originalError = message;
			({message} = message);
		} else {
			this.originalError = new Error(message);
			this.originalError.stack = this.stack;
		}
		this.name = "AbortError";
		this.message = message;
	}
};
function calculateDelay(retriesConsumed, options) {
	const attempt = Math.max(1, retriesConsumed + 1);
	const random = options.randomize ? Math.random() + 1 : 1;
	let timeout = Math.round(random * options.minTimeout * options.factor ** (attempt - 1));
	timeout = Math.min(timeout, options.maxTimeout);
	return timeout;
}
function calculateRemainingTime(start, max) {
	if (!Number.isFinite(max)) return max;
	return max - (performance.now() - start);
}
async function onAttemptFailure({ error, attemptNumber, retriesConsumed, startTime, options }) {
	const normalizedError = error instanceof Error ? error : /* @__PURE__ */ new TypeError(`Non-error was thrown: "${error}". You should only throw errors.`);
	if (normalizedError instanceof AbortError) throw normalizedError.originalError;
	const retriesLeft = Number.isFinite(options.retries) ? Math.max(0, options.retries - retriesConsumed) : options.retries;
	const maxRetryTime = options.maxRetryTime ?? Number.POSITIVE_INFINITY;
	const context = Object.freeze({
		error: normalizedError,
		attemptNumber,
		retriesLeft,
		retriesConsumed
	});
	await options.onFailedAttempt(context);
	if (calculateRemainingTime(startTime, maxRetryTime) <= 0) throw normalizedError;
	const consumeRetry = await options.shouldConsumeRetry(context);
	const remainingTime = calculateRemainingTime(startTime, maxRetryTime);
	if (remainingTime <= 0 || retriesLeft <= 0) throw normalizedError;
	if (normalizedError instanceof TypeError && !isNetworkError(normalizedError)) {
		if (consumeRetry) throw normalizedError;
		options.signal?.throwIfAborted();
		return false;
	}
	if (!await options.shouldRetry(context)) throw normalizedError;
	if (!consumeRetry) {
		options.signal?.throwIfAborted();
		return false;
	}
	const delayTime = calculateDelay(retriesConsumed, options);
	const finalDelay = Math.min(delayTime, remainingTime);
	options.signal?.throwIfAborted();
	if (finalDelay > 0) await new Promise((resolve, reject) => {
		const onAbort = () => {
			clearTimeout(timeoutToken);
			options.signal?.removeEventListener("abort", onAbort);
			reject(options.signal.reason);
		};
		const timeoutToken = setTimeout(() => {
			options.signal?.removeEventListener("abort", onAbort);
			resolve();
		}, finalDelay);
		if (options.unref) timeoutToken.unref?.();
		options.signal?.addEventListener("abort", onAbort, { once: true });
	});
	options.signal?.throwIfAborted();
	return true;
}
async function pRetry(input, options = {}) {
	options = { ...options };
	validateRetries(options.retries);
	if (Object.hasOwn(options, "forever")) throw new Error("The `forever` option is no longer supported. For many use-cases, you can set `retries: Infinity` instead.");
	options.retries ??= 10;
	options.factor ??= 2;
	options.minTimeout ??= 1e3;
	options.maxTimeout ??= Number.POSITIVE_INFINITY;
	options.maxRetryTime ??= Number.POSITIVE_INFINITY;
	options.randomize ??= false;
	options.onFailedAttempt ??= () => {};
	options.shouldRetry ??= () => true;
	options.shouldConsumeRetry ??= () => true;
	validateNumberOption("factor", options.factor, {
		min: 0,
		allowInfinity: false
	});
	validateNumberOption("minTimeout", options.minTimeout, {
		min: 0,
		allowInfinity: false
	});
	validateNumberOption("maxTimeout", options.maxTimeout, {
		min: 0,
		allowInfinity: true
	});
	validateNumberOption("maxRetryTime", options.maxRetryTime, {
		min: 0,
		allowInfinity: true
	});
	if (!(options.factor > 0)) options.factor = 1;
	options.signal?.throwIfAborted();
	let attemptNumber = 0;
	let retriesConsumed = 0;
	const startTime = performance.now();
	while (Number.isFinite(options.retries) ? retriesConsumed <= options.retries : true) {
		attemptNumber++;
		try {
			options.signal?.throwIfAborted();
			const result = await input(attemptNumber);
			options.signal?.throwIfAborted();
			return result;
		} catch (error) {
			if (await onAttemptFailure({
				error,
				attemptNumber,
				retriesConsumed,
				startTime,
				options
			})) retriesConsumed++;
		}
	}
	throw new Error("Retry attempts exhausted without throwing an error.");
}
// src/http/retry.ts
const FIRST_PAUSE = 1e3;
const LONGEST_PAUSE = 3e4;
/** A server may ask for longer than our own longest pause, but not hold a run for ever. */
const LONGEST_RETRY_AFTER = 12e4;
/**
* Does something that may fail for a while: tries again after network failures and the statuses 429 and 5xx
* (see `isTransient`), with pauses that double, differ from run to run, and are no shorter than the server's
* Retry-After. Everything else, and the last failure, is thrown.
* @param attempt starts from scratch each time
* @throws MesosizeError of the last failure's code after the last try, saying how many there were, with that
*   failure as its cause; the signal's reason if it was aborted
*/
async function withRetries(attempt, options = {}) {
	const { signal, tries = 5, mayPass = isTransient, onRetry } = options;
	const { sleep = wait, now = Date.now, random = Math.random } = options;
	let tried = 0;
	try {
		return await pRetry(() => {
			tried++;
			return attempt();
		}, {
			retries: tries - 1,
			minTimeout: 0,
			signal,
			shouldRetry: async ({ error }) => {
				if (!mayPass(error)) return false;
				const backoff = Math.min(FIRST_PAUSE * 2 ** (tried - 1), LONGEST_PAUSE) * (.5 + random() / 2);
				const pause = Math.max(backoff, retryAfter(error, now()));
				onRetry?.(error.message, pause);
				await sleep(pause, signal);
				return true;
			}
		});
	} catch (error) {
		signal?.throwIfAborted();
		if (tried === 1 || !mayPass(error)) throw error;
		throw error instanceof MesosizeError ? new MesosizeError(error.code, `${error.message} Tried ${tried} times.`, { cause: error }) : new MesosizeError("HTTP_NETWORK", `${reasonOf(error)}. Tried ${tried} times.`, { cause: error });
	}
}
/** Milliseconds that a server asked us to wait, or 0. RFC 9110, section 10.2.3. */
function retryAfter(error, now) {
	if (!(error instanceof HttpStatusError) || error.retryAfter === void 0) return 0;
	const asked = /^\d+$/.test(error.retryAfter) ? Number(error.retryAfter) * 1e3 : Date.parse(error.retryAfter) - now;
	return Number.isNaN(asked) ? 0 : Math.min(Math.max(asked, 0), LONGEST_RETRY_AFTER);
}
async function wait(milliseconds, signal) {
	await setTimeout$1(milliseconds, void 0, { signal }).catch((thrown) => {
		signal?.throwIfAborted();
		throw thrown;
	});
}
// src/http/fetch.ts
/**
* A `fetch` that says who it is, gives up on servers that fall silent, and goes through the proxies named by
* http_proxy, https_proxy and no_proxy, in either case. Nothing of undici is loaded before the first request.
* @throws MesosizeError PROXY_INVALID, from the first request
*/
function createFetch({ version, signal, idleTimeout = 6e4, ca }) {
	let client;
	return async (url, init = {}) => {
		client ??= loadClient(idleTimeout, ca);
		const { fetch, dispatcher } = await client;
		const headers = new Headers(init.headers);
		if (!headers.has("user-agent")) headers.set("user-agent", `mesosize/${version}`);
		return fetch(url, {
			...init,
			signal: init.signal ?? signal,
			headers,
			dispatcher
		});
	};
}
/** undici's `fetch` and `request`, and the dispatcher to give them. Not loaded before there is a request. */
async function loadClient(idleTimeout, ca) {
	const { EnvHttpProxyAgent, fetch, request } = await import("./undici.js").then((m) => /* @__PURE__ */ __toESM(m.default, 1));
	const { rootCertificates } = await import("node:tls");
	const tls = ca === void 0 ? void 0 : { ca: [...rootCertificates, ca] };
	try {
		return {
			fetch,
			request,
			dispatcher: new EnvHttpProxyAgent({
				headersTimeout: idleTimeout,
				bodyTimeout: idleTimeout,
				proxyTunnel: false,
				...tls && {
					connect: tls,
					requestTls: tls
				}
			})
		};
	} catch (error) {
		throw new MesosizeError("PROXY_INVALID", "The proxy in http_proxy or https_proxy is not a usable URL. Write http://HOST:PORT, or unset the variable.", { cause: error });
	}
}
export { redirected as a, HttpStatusError as c, networkError as d, noteRetries as f, get as i, formatStatus as l, loadClient as n, readChunks as o, withRetries as r, readText as s, createFetch as t, isTransient as u };
