# What every host script shares. Before it stand the step's settings, DRY_RUN TASK STEP STEP_TIMEOUT
# WHEN_DISK_USED_ABOVE and the task's own, and RUN_DIR. Two braces in a row never stand in a script: Systems Manager
# would take them for a parameter.

# stdout is for the one line of JSON alone; whatever else is said goes to stderr.
exec 3>&1 1>&2 </dev/null
set -u
umask 077
cd / || exit 1
# The agent's environment has no HOME and may lack the folder of a hand-installed docker-compose.
PATH=${PATH:-/usr/sbin:/usr/bin:/sbin:/bin}:/usr/local/bin
HOME=${HOME:-/root}
LC_ALL=C
# Whatever context somebody has chosen for themselves: it is this host that is to be cleaned.
DOCKER_CONTEXT=default
export PATH HOME LC_ALL DOCKER_CONTEXT
unset COMPOSE_FILE COMPOSE_PROJECT_NAME COMPOSE_PROFILES COMPOSE_ENV_FILES
WORK=$RUN_DIR/work
KEEP_LABEL=docker-housekeeping.keep
PROJECT_LABEL=com.docker.compose.project
# No here-documents: some shells keep them in /tmp, and on a full disk read nothing instead. Lists are split here.
NEWLINE='
'

# Seconds since boot: no process is started for it, and setting the clock does not move it.
now() {
  read -r NOW _ </proc/uptime
  NOW=${NOW%%.*}
}
now
START=$NOW
# The agent kills with SIGKILL at the step's timeout and no trap would run, so the script stops before:
# 5 s for a command that has to be killed, 5 s to list what is left, the rest to spare.
DEADLINE=$((START + STEP_TIMEOUT - 15))

log() { printf '%s %s: %s\n' "$(date -u +%H:%M:%S)" "$STEP" "$*"; }

REMOVED='' PASSED_OVER='' BYTES='' HOST=''
KILLED='' KILLED_OMITTED=0 LEFT='' LEFT_OMITTED=0 WARNINGS=''

# text STRING BYTES: sets TEXT to a JSON string of at most BYTES bytes. What would need an escape is replaced,
# so that the length is known before.
text() {
  TEXT=$(printf '%s' "$1" | tr '\n\t"\134' "  '/" | tr -c '\040-\176' '?' | cut -c "1-$2")
  TEXT="\"$TEXT\""
}

# finish OUTCOME [REASON MESSAGE]: prints the result and ends the script.
finish() {
  trap - EXIT
  trap '' HUP INT TERM
  now
  result="{\"v\":1,\"task\":\"$TASK\",\"outcome\":\"$1\",\"dryRun\":$DRY_RUN,\"seconds\":$((NOW - START))"
  [ -z "${2:-}" ] || result="$result,\"reason\":\"$2\""
  if [ -n "${3:-}" ]; then
    text "$3" 200
    result="$result,\"message\":$TEXT"
  fi
  [ -z "$REMOVED" ] || result="$result,\"removed\":{$REMOVED}"
  [ -z "$BYTES" ] || result="$result,\"bytesReclaimed\":$BYTES"
  [ -z "$PASSED_OVER" ] || result="$result,\"passedOver\":{$PASSED_OVER}"
  [ -z "$KILLED" ] || result="$result,\"killed\":[$KILLED]"
  [ "$KILLED_OMITTED" = 0 ] || result="$result,\"killedOmitted\":$KILLED_OMITTED"
  [ -z "$LEFT" ] || result="$result,\"left\":[$LEFT]"
  [ "$LEFT_OMITTED" = 0 ] || result="$result,\"leftOmitted\":$LEFT_OMITTED"
  [ -z "$WARNINGS" ] || result="$result,\"warnings\":[$WARNINGS]"
  [ -z "$HOST" ] || result="$result,\"host\":{$HOST}"
  log "$1${2:+ ($2)}${3:+: $3}"
  printf '%s}\n' "$result" >&3
  # With its code, for in a trap `exit` alone would end with that of what was interrupted.
  [ "$1" = failed ] || exit 0
  exit 1
}
fail() { finish failed "$1" "$2"; }
skip() { finish skipped "$1" "$2"; }
trap 'fail internal "the script ended where it should not"' EXIT
interrupted() { finish failed interrupted 'the script was told to end'; }
trap interrupted HUP INT TERM

# All that any script needs, each after its package. Without one of them a list would come out empty and the fault be
# laid on the Engine or the disk.
for package in 'util-linux flock' 'gawk awk' 'sed sed' 'grep grep' 'findutils find xargs' \
  'coreutils cat comm cp cut date df head mkdir mv rm sleep sort stat tail tee timeout touch tr wc'; do
  for tool in ${package#* }; do
    command -v "$tool" >/dev/null && continue
    # What makes a text safe may be what is missing; there is nothing in this one to replace.
    text() { TEXT="\"$1\""; }
    fail tool-missing "there is no $tool on this host: install ${package%% *}"
  done
done

# The document's pattern is not enough: somebody may run a copy of the document without one, and a script that tests for
# `true` would remove. What is neither counts as a dry run in the result: nothing was removed.
case $DRY_RUN in
true | false) ;;
*)
  DRY_RUN=true
  fail dry-run-invalid 'the parameter DryRun is neither true nor false'
  ;;
esac

warn() {
  case $WARNINGS in *"\"$1\""*) ;; *) WARNINGS="$WARNINGS${WARNINGS:+,}\"$1\"" ;; esac
}

# count NAME N: adds to what was removed; passed NAME N: to what was left alone and why, if any.
count() { REMOVED="$REMOVED${REMOVED:+,}\"$1\":$2"; }
passed() { [ "$2" -eq 0 ] || PASSED_OVER="$PASSED_OVER${PASSED_OVER:+,}\"$1\":$2"; }

# left STRING: names something that should be gone and is not, within a budget that keeps the result below 1,200 bytes.
left() {
  text "$1" 90
  if [ $((${#LEFT} + ${#TEXT})) -lt 220 ]; then
    LEFT="$LEFT${LEFT:+,}$TEXT"
  else
    LEFT_OMITTED=$((LEFT_OMITTED + 1))
  fi
}

# bounded SECONDS COMMAND...: runs it, but for no longer than that and not past the deadline. Neither the
# result's descriptor nor the lock's is handed on: who outlives the script must hold neither.
bounded() {
  now
  limit=$((DEADLINE - NOW))
  [ "$1" -ge "$limit" ] || limit=$1
  shift
  [ "$limit" -gt 0 ] || return 124
  timeout -k 5 "$limit" "$@" 3>&- 9>&-
}
engine() { bounded "$STEP_TIMEOUT" docker "$@"; }

# expired: whether nothing more is to be begun, at the deadline or after stop, see images.sh.
expired() {
  now
  [ "$NOW" -ge "$DEADLINE" ] || [ -e "$WORK/stop" ]
}

# allow_look: allows at least 5 s for a last look at what was removed, but no more than leaves time to kill a command and print
# the result before the agent kills the step; and at most 5 s once the step was told to end.
allow_look() {
  now
  look=$((NOW + 5))
  if [ -e "$WORK/stop" ]; then
    [ "$DEADLINE" -lt "$look" ] || DEADLINE=$look
    return
  fi
  [ "$look" -lt $((START + STEP_TIMEOUT - 7)) ] || look=$((START + STEP_TIMEOUT - 7))
  [ "$DEADLINE" -gt "$look" ] || DEADLINE=$look
}

# take_lock: one run at a time on a host. A second one does not wait: it would only find less to do.
take_lock() {
  # A redirection of exec that fails would end the script, so it is tried apart.
  if ! (mkdir -p "$RUN_DIR" && : >>"$RUN_DIR/lock"); then
    fail lock-unavailable "$RUN_DIR/lock cannot be written"
  fi
  exec 9>>"$RUN_DIR/lock"
  locked=0
  flock -n 9 || locked=$?
  [ "$locked" != 1 ] || skip locked 'another housekeeping run is under way on this host'
  [ "$locked" = 0 ] || fail lock-unavailable "flock cannot lock $RUN_DIR/lock: it ended with code $locked"
  rm -rf "$WORK"
  mkdir "$WORK" || full
  export TMPDIR="$WORK"
}
full() { fail no-space "$RUN_DIR cannot be written: is /run full?"; }
# room: whether what was just written can be whole. Not every tool tells that the disk is full, and what is left out of
# a list of what must stay would go. A file that was there before would only get its own space again.
room() {
  echo . >"$WORK/room"
  [ -s "$WORK/room" ] || full
  rm -f "$WORK/room"
}
