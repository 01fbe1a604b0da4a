#!/bin/sh
# Process 1 of the namespaces of a task. When it or its parent exits, everything in them is killed.
# Arguments: the PATH of the programs used here, then the task's command. Runs as root in the sandbox.
set -eu
umask 022
task_path=$PATH
PATH=$1
shift
sandbox=$PWD

fail() {
  printf 'mesosize: %s\n' "$*" >&2
  exit 125
}

# Mount by mount, because the flag is not inherited; flags that are not repeated would be dropped.
read_only() {
  # shellcheck disable=SC2059 # the escapes are the kernel's: \040 is a blank
  point=$(printf "$(printf '%s' "$1" | sed 's/%/%%/g')x") point=${point%x}
  mount -n -o "remount,bind,ro${2#r?}" "$point"
}

# What cannot be changed is hidden below another mount.
while read -r _ _ _ _ point options rest; do
  case " $rest" in *' - autofs '*) continue ;; esac
  [ "$point" != / ] || continue
  read_only "$point" "$options" 2>/dev/null || :
done </proc/self/mountinfo
mount -n -o remount,bind,ro / || fail 'cannot make / read-only'

for folder in /tmp /var/tmp /dev/shm; do
  if [ -d "$folder" ] && ! [ -L "$folder" ]; then
    mount -n -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$folder"
  fi
done
# The current folder stays the same whatever is mounted above it. -c: the name would lead to what is above.
mkdir -p "$sandbox"
mount -n -c -o bind . "$sandbox"
mount -n -o remount,bind,rw "$sandbox"
cd "$sandbox"
mount -n -t proc -o nosuid,nodev,noexec proc /proc

# A session of its own, as an agent gives it. Not exec: process 1 ignores signals that it has no handler for.
setsid=$(command -v setsid) || fail 'there is no program setsid'
PATH=$task_path
unset OLDPWD
"$setsid" "$@" &
set +e
# Some shells report here how a command ended.
exec 2>/dev/null
wait "$!"
exit "$?"
