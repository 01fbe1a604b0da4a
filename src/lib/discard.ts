// Its other end is closed, so messages are discarded.
const { port1: nowhere } = new MessageChannel()
nowhere.close()

/**
 * Frees the memory of bytes at once; they are empty afterwards. V8 sees them as small objects, and lets so many pile
 * up in every thread that they hold tens of MiB before it collects any.
 * @param bytes must be all of their buffer, and not in one that Node shares
 */
export function discard(bytes: Uint8Array): void {
  nowhere.postMessage(undefined, [bytes.buffer as ArrayBuffer])
}
