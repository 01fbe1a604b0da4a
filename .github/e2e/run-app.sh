#!/bin/sh
# Runs an app definition's command as a Mesos agent would, until its health check succeeds, then stops it and checks
# that nothing is left. Needs root, curl and jq.
# Usage: run-app.sh APP.json TARBALL
set -eu
app=$(realpath "$1")
tarball=$2

fail() {
  printf 'run-app: %s\n' "$*" >&2
  for log in stdout stderr; do
    printf '== %s\n' "$log" >&2
    tail -n 50 "$sandbox/$log" >&2 || true
  done
  exit 1
}

sandbox=$(mktemp -d)
chmod 0750 "$sandbox"
cp "$tarball" "$sandbox/$(jq -r '.fetch[0].destPath' "$app")"
before=$(sort /proc/self/mounts)

# The environment of a task: the variables of the app, and one with the number of each named port.
eval "$(jq -r '.env // {} | to_entries[] | "export \(.key)=\(.value | @sh)"' "$app")"
eval "$(jq -r '.portDefinitions | to_entries[] | "export PORT_\(.value.name | ascii_upcase)=\(31000 + .key)"' "$app")"
export MESOS_SANDBOX="$sandbox"

(cd "$sandbox" && exec setsid sh -c "$(jq -r .cmd "$app")" >stdout 2>stderr) &
task=$!
trap 'kill -KILL "$task" 2>/dev/null || true' EXIT

url=http://127.0.0.1:$((31000 + $(jq '.healthChecks[0].portIndex' "$app")))$(jq -r '.healthChecks[0].path' "$app")
tries=0
until curl -fsS -o /dev/null "$url" 2>/dev/null; do
  kill -0 "$task" 2>/dev/null || fail 'the task has ended'
  tries=$((tries + 1))
  [ "$tries" -lt 180 ] || fail "$url did not answer with success within 180 seconds"
  sleep 1
done
echo "$url answers with success"

kill -TERM "$task"
tries=0
while kill -0 "$task" 2>/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt "$(jq .taskKillGracePeriodSeconds "$app")" ] || fail 'the task outlives its grace period'
  sleep 1
done
echo 'the task has ended within its grace period'

[ "$(sort /proc/self/mounts)" = "$before" ] || fail 'mounts are left'
rm -rf --one-file-system "$sandbox"
