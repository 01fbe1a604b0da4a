import { readFileSync } from 'node:fs'

/** Where images and runs mount something, in namespaces of their own. */
const MOUNTED = /^\/(?:$|(?:dev|proc|sys|tmp|var\/tmp|run|etc)$|(?:dev|sys|etc)\/)/

/**
 * The mounts of this machine that a test in a folder could have left, as lines of mountinfo: proc(5). Those that
 * anything else makes meanwhile are not among them.
 */
export function mountsNear(root: string): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n')
  return lines.filter(line => line.includes(root) || MOUNTED.test(line.split(' ')[4]!))
}
