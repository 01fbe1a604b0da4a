import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const UID = 1000

/**
 * Makes an ordinary user who may become root, through a program `sudo` that is a stand-in for the real one: as that does
 * by default, it asks for a password without -n, keeps of the environment only what --preserve-env names, and closes
 * all descriptors but the standard ones. The user has the capability to change users, which ends with the process:
 * nothing setuid is left anywhere.
 * @param folder for the stand-in
 * @returns the words before the program's, for whoever is root
 */
export async function sudoerWith(folder: string): Promise<{ wrapper: string[]; path: string }> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'sudo'), SUDO, { mode: 0o755 })
  const caps = '+setuid,+setgid'
  return {
    wrapper: [
      ...['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups'],
      ...[`--inh-caps=${caps}`, `--ambient-caps=${caps}`],
    ],
    path: `${folder}:${process.env.PATH}`,
  }
}

const SUDO = `#!/bin/bash
# A stand-in for sudo.
[ "$1" = -n ] || { echo "sudo: a password is required" >&2; exit 1; }
shift
names=
case $1 in --preserve-env=*) names=\${1#*=}; shift ;; esac
[ "$1" = -- ] && shift
kept=()
IFS=, read -ra list <<<"$names"
for name in "\${list[@]}"; do [ -n "\${!name+x}" ] && kept+=("$name=\${!name}"); done
for fd in /proc/$$/fd/*; do
  fd=\${fd##*/}
  [ "$fd" -gt 2 ] && [ "$fd" != 255 ] && eval "exec $fd>&-"
done
exec setpriv --reuid=0 --regid=0 --clear-groups --inh-caps=-all --ambient-caps=-all \\
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root LOGNAME=root SUDO_UID=${UID} "\${kept[@]}" "$@"
`
