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
read_clock() {
  read -r NOW _ </proc/uptime
  NOW=${NOW%%.*}
}
read_clock
START=$NOW
# The agent kills with SIGKILL at the step's timeout and no trap would run, so the script stops before:
# 5 s for a command that has to be killed, 5 s to list what is left, the rest to spare.
DEADLINE=$((START + STEP_TIMEOUT - 15))

log() { printf '%s %s: %s\n' "$(date -u +%H:%M:%S)" "$STEP" "$*"; }

trap 'fail internal "the script ended where it should not"' EXIT
fail_interrupted() { finish failed interrupted 'the script was told to end'; }
trap fail_interrupted HUP INT TERM

# All that any script needs, each after its package. Without one of them a list would come out empty and the fault be
# laid on the Engine or the disk.
for package in 'util-linux flock' 'gawk awk' 'sed sed' 'grep grep' 'findutils find xargs' \
  'coreutils cat comm cp cut date df head mkdir mv rm sleep sort stat tail tee timeout touch tr wc'; do
  for tool in ${package#* }; do
    command -v "$tool" >/dev/null && continue
    # What makes a text safe may be what is missing; there is nothing in this one to replace.
    quote_text() { TEXT="\"$1\""; }
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

# bounded SECONDS COMMAND...: runs it, but for no longer than that and not past the deadline. Neither the
# result's descriptor nor the lock's is handed on: who outlives the script must hold neither. Sets BEGUN to whether it ran at all.
run_bounded() {
  COMMAND_BEGUN=no
  read_clock
  limit=$((DEADLINE - NOW))
  [ "$1" -ge "$limit" ] || limit=$1
  shift
  [ "$limit" -gt 0 ] || return 124
  COMMAND_BEGUN=yes
  timeout -k 5 "$limit" "$@" 3>&- 9>&-
}
run_docker() { run_bounded "$STEP_TIMEOUT" docker "$@"; }

# expired: whether nothing more is to be begun, at the deadline or after stop, see images.sh.
is_time_over() {
  read_clock
  [ "$NOW" -ge "$DEADLINE" ] || [ -e "$WORK/stop" ]
}

# allow_look: allows at least 5 s for a last look at what was removed, but no more than leaves time to kill a command and print
# the result before the agent kills the step; and at most 5 s once the step was told to end.
allow_look() {
  read_clock
  look=$((NOW + 5))
  if [ -e "$WORK/stop" ]; then
    [ "$DEADLINE" -lt "$look" ] || DEADLINE=$look
    return
  fi
  [ "$look" -lt $((START + STEP_TIMEOUT - 7)) ] || look=$((START + STEP_TIMEOUT - 7))
  [ "$DEADLINE" -gt "$look" ] || DEADLINE=$look
}
