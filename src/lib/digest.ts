/** A SHA-256 or a BLAKE2b-256 digest in lower-case hex. */
export const DIGEST = /^[0-9a-f]{64}$/
