#!/bin/sh
# Runs the service in rootfs/, which lies beside this script. Arguments go to the Supervisor.
# It needs only root and this shell from the agent; everything else is the image's own busybox.
set -eu

# >>> written for each image
service='origin/name/version/release'
target='x86_64-linux'
busybox='/hab/pkgs/origin/busybox-static/version/release/bin/busybox'
launcher='/hab/pkgs/origin/hab-launcher/version/release/bin/hab-launch'
supervisor='/hab/pkgs/origin/hab-sup/version/release/bin/hab-sup'
config_variable='HAB_NAME'
restore_special() {
  restore 4755 '/hab/pkgs/origin/name/version/release/bin/program'
}
# <<< written for each image

fail() {
  printf 'launch: %s\n' "$*" >&2
  exit 1
}

# A shell that cannot fork ends immediately, with a message of its own or, where stderr is discarded, without any. Subshells
# do not inherit the trap.
explain_forks() {
  trap 'case $? in 2 | 254) fail "cannot start a process: $processes" ;; esac' EXIT
}
processes='raise the limits on processes (pids.max, TasksMax, kernel.pid_max), or the memory of the task'
explain_forks

case $0 in
  */*) here=${0%/*}/ ;;
  *) here=./ ;;
esac
# CDPATH would send cd elsewhere.
CDPATH='' cd -P -- "$here" || fail "cannot enter the directory of $0"
root=$PWD/rootfs
box=$root$busybox
newline='
'
whole='unpack the whole tarball'
writable='the sandbox must be writable and have space left'

# Sets $why to what a program of busybox says; the first argument is what to do if it fails.
try() {
  advice=$1
  shift
  why=$("$box" "$@" 2>&1) || {
    why=${why:-$1: status $?}
    fail "${why%%"$newline"*}: $advice"
  }
}

mount() {
  # -n: does not write to the agent's /etc/mtab.
  try 'the task needs CAP_SYS_ADMIN and a seccomp profile that allows mount' mount -n "$@"
}

# In the image, so that no absolute symlink leads out to the agent's files.
inside() {
  try "$writable, and the task needs CAP_CHOWN and CAP_FOWNER" chroot "$root" "$busybox" "$@"
}

restore() {
  mode=$1
  shift
  # Owner first, as a change of owner clears setuid. A symlink has no mode of its own: chmod would follow it.
  inside chown -h 0:0 "$@"
  inside find "$@" -prune ! -type l -exec chmod "$mode" {} +
}

# Sets a listening address to the port that Marathon gave under a name; without one, by hand, leaves the default.
listen() {
  name=${MESOSIZE_ENV_VARS_PREFIX-}PORT_$3
  # The variable's name is known only here: awk looks it up where sh would have to eval.
  try "$whole" awk 'BEGIN { printf "%s", ENVIRON[ARGV[1]] }' "$name"
  port=$why
  case $port in
    '') return 0 ;;
    0* | *[!0-9]* | ??????*) ;;
    *) if [ "$port" -le 65535 ]; then export "$1=$2:$port" && return 0; fi ;;
  esac
  fail "$name is not a port number: $port"
}

# Prints the package's configuration with the number in place of each string "$PORT_<NAME>", and in strings such as
# "127.0.0.1:$PORT_<NAME>", and with the value of SECRET_<NAME> as the string in place of "$SECRET_<NAME>"; or, with
# status 9, what is wrong. String by string, so that an escaped quote before $PORT_ is not taken for a string's start. What may stand
# before the port needs no escape in JSON, so it is printed as it is.
# shellcheck disable=SC2016 # the dollar is for awk
configure() {
  LC_ALL=C exec "$box" awk '
    # A variable of the task, which has to be there.
    function given(name, advice) {
      if (name in ENVIRON) return ENVIRON[name]
      printf "%s needs %s, which is not set: give the app %s", ARGV[1], name, advice
      exit 9
    }
    function port(suffix,  name, number) {
      name = ENVIRON["MESOSIZE_ENV_VARS_PREFIX"] "PORT_" suffix
      number = given(name, "a port definition with the name \"" tolower(suffix) "\"")
      if (number ~ /^[1-9][0-9]*$/ && number + 0 <= 65535) return number
      printf "%s is not a port number: %s", name, number
      exit 9
    }
    # As a string, in JSON as well as in TOML.
    function quoted(value,  text, character) {
      while (match(value, /[[:cntrl:]"\\]/)) {
        character = substr(value, RSTART, 1)
        text = text substr(value, 1, RSTART - 1)
        text = text (character in code ? sprintf("\\u%04x", code[character]) : "\\" character)
        value = substr(value, RSTART + 1)
      }
      return "\"" text value "\""
    }
    BEGIN {
      for (number = 1; number < 32; number++) code[sprintf("%c", number)] = number
      code["\177"] = 127
      rest = ENVIRON[ARGV[1]]
      while (match(rest, /"([^"\\]|\\.)*"/)) {
        text = substr(rest, RSTART, RLENGTH)
        filled = filled substr(rest, 1, RSTART - 1)
        rest = substr(rest, RSTART + RLENGTH)
        # A string before a colon, or in TOML before an equals sign, is a key.
        isKey = rest ~ /^[ \t\r\n]*[:=]/
        if (!isKey && text ~ "^\"([][A-Za-z0-9.:*_+/-]*:)?[$]PORT_[A-Z0-9_]+\"$") {
          dollar = index(text, "$")
          host = substr(text, 2, dollar - 2)
          text = port(substr(text, dollar + 6, length(text) - dollar - 6))
          if (host != "") text = "\"" host text "\""
        }
        if (!isKey && text ~ /^"[$]SECRET_[A-Z0-9_]+"$/)
          text = quoted(given(substr(text, 3, length(text) - 3), "a secret in that variable"))
        filled = filled text
      }
      printf "%s", filled rest
    }' "$1"
}

# Mounts what the service needs.
prepare() {
  # If / is shared, as systemd leaves it, every mount below would show up on the agent.
  mount --make-rprivate /
  mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
  mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
  # A /dev of its own: whoever deletes the sandbox must never reach the agent's.
  mount -t tmpfs -o nosuid,noexec,mode=755,size=64k tmpfs "$root/dev"
  memory='the task needs memory for its /dev'
  for device in null zero full random urandom tty; do
    # An agent that is itself in a container may have no tty.
    [ -c "/dev/$device" ] || continue
    true 2>/dev/null >"$root/dev/$device" || fail "cannot make $root/dev/$device: $memory"
    mount -o bind "/dev/$device" "$root/dev/$device"
  done
  try "$memory" mkdir "$root/dev/pts" "$root/dev/shm"
  # gid 5 is tty in the image's /etc/group.
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5,nosuid,noexec devpts "$root/dev/pts"
  mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs "$root/dev/shm"
  try "$memory" ln -s pts/ptmx "$root/dev/ptmx"
  try "$memory" ln -s /proc/self/fd "$root/dev/fd"
  try "$memory" ln -s fd/0 "$root/dev/stdin"
  try "$memory" ln -s fd/1 "$root/dev/stdout"
  try "$memory" ln -s fd/2 "$root/dev/stderr"

  # A line each: SOURCE:PATH, or SOURCE:PATH:ro.
  set -f
  IFS=$newline
  for volume in ${MESOSIZE_VOLUMES-}; do
    unset IFS
    path=${volume#*:}
    bind "${volume%%:*}" "${path%:ro}"
    case $path in *:ro) mount -o remount,bind,ro "$mounted" ;; esac
  done
  unset IFS
  set +f
}

# Shows the service a directory or file of the agent, or, without a slash at its beginning, of the sandbox.
bind() {
  source=$1
  case $source in /*) ;; *) source=${root%/*}/$source ;; esac
  if [ -d "$source" ]; then
    inside mkdir -p "$2"
  elif [ -e "$source" ]; then
    inside mkdir -p "${2%/*}/"
    inside touch "$2"
  else
    fail "$source is not there: the volume $1:$2 needs it on every agent that runs the task"
  fi
  # A symlink on the way there leads to a place in the image, not on the agent.
  inside readlink -f "$2"
  mounted=$root$why
  mount -o bind "$source" "$mounted"
}

become_launcher() {
  # PWD, OLDPWD and _ in the environment would otherwise name the sandbox or a program of the agent.
  cd /
  unset OLDPWD _ MESOSIZE_VOLUMES
  export HAB_SUP_BINARY="$supervisor"
  exec "$box" chroot "$root" "$launcher" run "$service" "$@"
}

# PID 1 of the process namespace: when it ends, the kernel ends all other processes in there. It reads from the task's
# process, so it ends whenever and however that one ends. Until then it sends signals to the launcher as it is told, and
# reaps orphans. The launcher itself is not PID 1, because PID 1 gets no signal before it has a handler for it.
first_process() {
  # Mesos signals every process of a task.
  trap '' HUP INT TERM
  trap 'reaping=1; jobs' CHLD
  while
    reaping=''
    if read -r signal pid; then kill "-$signal" "$pid" || :; else [ -n "$reaping" ]; fi
  do
    :
  done 2>/dev/null
}

# The launcher's parent, which reports the launcher's process ID, and later how it ended.
second_process() {
  exec 3>&-
  trap : HUP INT TERM
  explain_forks
  set +e
  (
    set -e
    explain_forks
    prepare
    read -r number _ <"$root/proc/self/stat"
    echo "launcher $number"
    become_launcher "$@" >&5 5>&-
  )
  echo "status $?" 2>/dev/null
  # Until the kernel ends it together with all others, which the task's process waits for.
  exec "$box" sleep 600
}

# Passes a signal on to the launcher, as soon as there is one.
pass_on() {
  interrupted=1
  if [ -n "$launcher_pid" ]; then
    echo "$1 $launcher_pid" 2>/dev/null >&3 || :
  else
    early="$early $1"
  fi
}

# The task's own process: stays outside the namespace, passes signals on, and ends the way the launcher ended.
stay() {
  launcher_pid='' early=''
  trap 'pass_on HUP' HUP
  trap 'pass_on INT' INT
  trap 'pass_on TERM' TERM
  exec 5>&1
  # Not with `&`, which would leave SIGINT and SIGQUIT ignored in everything that the launcher starts, although some
  # services are stopped by these. In quotes, because other shells cannot parse it.
  eval 'exec 3> >(first_process)'
  eval 'exec 4< <(second_process "$@")'
  exec 5>&-
  trap '' PIPE
  # As after SIGKILL, in case nobody is left to report a status.
  status=137
  while
    interrupted='' what=''
    read -r what number <&4 || [ -n "$interrupted" ]
  do
    case $what in
      launcher)
        launcher_pid=$number
        for signal in $early; do pass_on "$signal"; done
        ;;
      status)
        status=$number
        exec 3>&-
        ;;
    esac
  done
  trap - EXIT HUP INT TERM
  # Some signals above SIGTERM only stop a process. A core of this shell would help nobody.
  if [ "$status" -gt 128 ] && [ "$status" -le 143 ]; then
    # shellcheck disable=SC3045 # busybox has it
    ulimit -c 0 || :
    kill "-$((status - 128))" $$
  fi
  exit "$status"
}

# The second half runs after exec: same process, so only it can see its own number here.
MESOSIZE_LAUNCH=${MESOSIZE_LAUNCH-}
if [ "${MESOSIZE_LAUNCH%%-*}" != "$$" ]; then
  # The agent's libraries, plug-ins, sandbox and sockets are not in the image, whatever their paths.
  unset LD_AUDIT LD_BIND_NOW LD_DEBUG LD_DEBUG_OUTPUT LD_LIBRARY_PATH LD_PRELOAD LD_PROFILE LD_PROFILE_OUTPUT
  unset GCONV_PATH LOCPATH SASL_PATH SHELL MESOS_NATIVE_LIBRARY MESOS_NATIVE_JAVA_LIBRARY ENV BASH_ENV
  unset MESOS_SANDBOX MESOS_DIRECTORY MESOS_DOMAIN_SOCKET
  # With this the executor, not the service, speaks to the agent.
  unset MESOS_EXECUTOR_AUTHENTICATION_TOKEN
  umask 022

  "$box" true 2>/dev/null ||
    fail "cannot run $box: unpack the whole tarball, on an agent for $target, where the sandbox is not mounted noexec"
  [ "$("$box" id -u 2>/dev/null)" = 0 ] || fail 'must run as root: the app definition needs "user": "root"'
  # With a process namespace, nothing in the task outlives it. The task does without one if the kernel refuses it, or if
  # busybox is so old that its shell has no <( ).
  namespaces=mp
  "$box" unshare -mp "$box" sh -c ': < <(:)' 2>/dev/null || {
    namespaces=m
    try 'the task needs CAP_SYS_ADMIN and a seccomp profile that allows unshare' unshare -m "$box" true
  }
  try 'the task needs CAP_SYS_CHROOT and a seccomp profile that allows chroot' chroot "$root" "$busybox" true
  "$box" chroot "$root" "$busybox" test -x "$launcher" -a -x "$supervisor" ||
    fail "cannot run $launcher or $supervisor: $whole"
  for directory in dev etc proc root sys tmp var/tmp; do
    [ -d "$root/$directory" ] || fail "$root/$directory is not there: $whole"
  done

  export PATH=/bin HOME=/root
  [ -n "${HAB_LISTEN_GOSSIP-}" ] || listen HAB_LISTEN_GOSSIP 0.0.0.0 GOSSIP
  [ -n "${HAB_LISTEN_HTTP-}" ] || listen HAB_LISTEN_HTTP 0.0.0.0 GATEWAY
  [ -n "${HAB_LISTEN_CTL-}" ] || listen HAB_LISTEN_CTL 127.0.0.1 CTL
  config=$(configure "$config_variable") || case $? in
    9) fail "$config" ;;
    # What there is of it may hold secrets.
    *) fail "cannot read $config_variable: $whole" ;;
  esac
  [ -z "$config" ] || export "$config_variable=$config"

  # Whatever unpacked this may have applied a umask, seen on the top directory, which is 0755 in the tarball;
  # the service's own user must reach and read the tree. A leading digit is setgid, inherited from the sandbox.
  case $("$box" stat -c %a "$root") in
    *755) ;;
    *)
      try "$writable" chmod -R go+rX "$root"
      try "$writable" chmod 700 "$root/root"
      ;;
  esac
  # Mesos' own unpacking drops sticky and setuid bits and owners.
  try "$writable" chmod 1777 "$root/tmp" "$root/var/tmp"
  restore_special

  # On the agent these may be links to paths that the image lacks, hence copies.
  for file in hosts resolv.conf; do
    [ ! -f "/etc/$file" ] || try "$writable" dd if="/etc/$file" of="$root/etc/$file"
  done

  export MESOSIZE_LAUNCH=$$-$namespaces
  exec "$box" unshare -$namespaces "$box" sh "$PWD/${0##*/}" "$@"
fi
namespaces=${MESOSIZE_LAUNCH#*-}
unset MESOSIZE_LAUNCH

# A full ident has no newer release: with an update strategy the Supervisor would look for one for ever, without asking
# Builder. For ORIGIN/NAME it starts what is in the image.
strategy=none flag=
for argument in "$@"; do
  case $flag in --strategy | -s) strategy=$argument ;; esac
  case $argument in
    --strategy=*) strategy=${argument#*=} ;;
    -s?*) strategy=${argument#-s} strategy=${strategy#=} ;;
  esac
  flag=$argument
done
[ "$strategy" = none ] || service=${service%/*/*}

[ "$namespaces" = m ] || stay "$@"
# exec all the way: SIGTERM must reach the launcher, and Mesos takes the end of this process for the task's.
prepare
become_launcher "$@"
