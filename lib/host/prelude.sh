# Sets up what every host script shares: environment, clock, traps and limits. It runs after the files that it uses.
# Two braces in a row never stand in a script, because Systems Manager would take them for a parameter.
# Lists and variables:
#   TASK, STEP, STEP_TIMEOUT, WHEN_DISK_USED_ABOVE, RUN_DIR: of this step, beside the task's settings. By the document.
#   DRY_RUN: `true` or `false`. By the document, and this file if it is neither.
#   PATH, HOME, LC_ALL, DOCKER_CONTEXT: the environment of all commands. By this file.
#   WORK: the folder of the lists. By this file.
#   KEEP_LABEL, PROJECT_LABEL, NEWLINE: constants. By this file.
#   NOW, START: seconds since boot, at the last look and at the start. By read_clock, this file.
#   DEADLINE: seconds since boot at which no command may run any more. By this file, allow_look, clear_project.
#   TEXT: the last text as a JSON string. By quote_text.
#   stop: a file that exists once a signal came while images are removed. By stop_workers.

# stdout carries the result alone, stderr all other output.
exec 3>&1 1>&2 </dev/null
set -u
umask 077
cd / || exit 1
# The agent's environment has no HOME and may lack the folder of a hand-installed docker-compose.
PATH=${PATH:-/usr/sbin:/usr/bin:/sbin:/bin}:/usr/local/bin
HOME=${HOME:-/root}
LC_ALL=C
# The task cleans this host, even if root has chosen another Docker context.
DOCKER_CONTEXT=default
export PATH HOME LC_ALL DOCKER_CONTEXT
unset COMPOSE_FILE COMPOSE_PROJECT_NAME COMPOSE_PROFILES COMPOSE_ENV_FILES
WORK=$RUN_DIR/work
KEEP_LABEL=docker-housekeeping.keep
PROJECT_LABEL=com.docker.compose.project
# Scripts have no here-documents: some shells keep them in /tmp, and read nothing on a full disk.
NEWLINE='
'

# read_clock: sets the time. Writes NOW.
# It counts seconds since boot: this starts no process, and setting the host's clock does not move it.
read_clock() {
  read -r NOW _ </proc/uptime
  NOW=${NOW%%.*}
}

read_clock
START=$NOW
# The agent kills with SIGKILL at the step's timeout, and no trap would run, so the script stops before.
# Of the 15 s, 5 s are to kill a command, 5 s to list what is left, and the rest is a reserve.
DEADLINE=$((START + STEP_TIMEOUT - 15))

# log TEXT...: prints a line for the output of Run Command. Reads STEP.
log() { printf '%s %s: %s\n' "$(date -u +%H:%M:%S)" "$STEP" "$*"; }

trap 'fail internal "the script ended at an unexpected place"' EXIT

# fail_interrupted: ends the script after a signal.
fail_interrupted() { finish failed interrupted 'the script received a signal to end'; }

trap fail_interrupted HUP INT TERM

# Every script needs these tools. Each stands after its package.
# A missing tool would leave a list empty, and the message would blame the Engine or the disk.
for package in 'util-linux flock' 'gawk awk' 'sed sed' 'grep grep' 'findutils find xargs' \
  'coreutils cat comm cp cut date df head mkdir mv rm sleep sort stat tail tee timeout touch tr wc'; do
  for tool in ${package#* }; do
    command -v "$tool" >/dev/null && continue
    # quote_text STRING: quotes without tools, because one of those that it uses may be missing. Writes TEXT.
    quote_text() { TEXT="\"$1\""; }
    fail tool-missing "there is no $tool on this host: install ${package%% *}"
  done
done

# The pattern in the document is not enough, because a copy of the document may lack it.
# A script that tests for `true` would then remove. Any other value counts as a dry run.
case $DRY_RUN in
true | false) ;;
*)
  DRY_RUN=true
  fail dry-run-invalid 'the parameter DryRun is neither true nor false'
  ;;
esac

# run_bounded SECONDS COMMAND...: runs a command within time limits. Reads DEADLINE.
# It stops the command after SECONDS, and at the deadline.
# A process that outlives the script must hold neither the result's descriptor nor the lock's.
run_bounded() {
  read_clock
  limit=$((DEADLINE - NOW))
  [ "$1" -ge "$limit" ] || limit=$1
  shift
  [ "$limit" -gt 0 ] || return 124
  timeout -k 5 "$limit" "$@" 3>&- 9>&-
}

# run_docker ARGUMENTS...: runs the Docker CLI until the deadline at most. Reads STEP_TIMEOUT.
run_docker() { run_bounded "$STEP_TIMEOUT" docker "$@"; }

# is_time_over: whether the script must begin nothing more. Reads DEADLINE, stop.
is_time_over() {
  read_clock
  [ "$NOW" -ge "$DEADLINE" ] || [ -e "$WORK/stop" ]
}

# allow_look: moves the deadline for a last look at what was removed. Reads START, STEP_TIMEOUT, stop. Writes DEADLINE.
# The look gets at least 5 s, but leaves time to kill a command and to print the result.
# After a signal it gets at most 5 s.
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
