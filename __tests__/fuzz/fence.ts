import { spawnSync } from 'node:child_process'

// Makes everything read-only but the folder, which is "$0".
const SCRIPT = `
mount --bind "$0" "$0" || exit
sed 's/^[^ ]* \\([^ ]*\\) .*/\\1/' /proc/self/mounts | while read -r path; do
  [ "$path" = "$0" ] || mount -o remount,bind,ro "$path" 2>/dev/null
done
exec "$@"`

/** Words to put before a command, so that it can write to one folder only; none if this is not possible here. */
export function fence(folder: string): readonly string[] {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const words = ['unshare', ...user, '--mount', '--propagation', 'private', '/bin/sh', '-c', SCRIPT, folder]
  const isClosed = 'test -w "$0" && ! test -w "$0/.."'
  const { status } = spawnSync(words[0]!, [...words.slice(1), 'sh', '-c', isClosed, folder])
  return status === 0 ? words : []
}
