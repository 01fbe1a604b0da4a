/** A commit's id in Git: a SHA-1 or SHA-256 in lower-case hex. */
export const COMMIT = /^[0-9a-f]{40,64}$/
