# Questions about Engine, Compose and disks, and what their answers mean.
# Lists and variables:
#   STEP_TIMEOUT: seconds. By the document.
#   CLI_WARNING, DELETED, UNTAGGED, CACHE_FRAME, CACHE_BUSY: constants: words of the Docker CLI. By this file.
#   ENGINE, STORE, DATA_ROOT: version, `classic` or `containerd`, and the data folder. By find_engine.
#   IMAGE_COUNT, CONTAINER_COUNT: numbers. By find_engine.
#   SWARM, IS_MANAGER: state of this swarm node (inactive, active, locked, ...); `true` or `false`. By find_engine.
#   COMPOSE: `plugin`, `standalone` or `none`. By find_compose, ask_compose_version.
#   COMPOSE_VERSION: a version or `none`, empty before it is asked. By find_compose, ask_compose_version.
#   cli-error: what the Docker CLI printed to stderr for the last question. By each question, fail_unanswered reads it.

# The CLI says these things in words alone: no exit code and no field has them.
# Seen with CLI and Engine 20.10, 26.1, 28.5 and 29.7: a warning beside an answer, a removed image, a removed reference.
CLI_WARNING='^(WARNING|DEPRECATED|  )' DELETED='Deleted: ' UNTAGGED='Untagged: '
# The lines around the records that a prune of the build cache removed.
CACHE_FRAME='^(Total reclaimed|Deleted build cache|$)'
# Seen with Engine 20.10 alone. Later Engines let several questions share one count of disk usage.
CACHE_BUSY='disk usage operation is already running'

# find_engine: asks the Engine what it is, or ends the task. Writes ENGINE to IS_MANAGER.
find_engine() {
  command -v docker >/dev/null || fail docker-missing "there is no docker on this host's PATH, $PATH"
  asked=$NOW
  # A mark tells the answer from the warnings that the CLI prints beside it.
  info='facts|{''{.ServerVersion}}|{''{.DockerRootDir}}|{''{.Images}}|{''{.Containers}}|{''{.Swarm.ControlAvailable}}|{''{.Swarm.LocalNodeState}}'
  info="$info|{""{json .DriverStatus}}"
  code=0
  said=$(run_bounded 30 docker info --format "$info" 2>&1) || code=$?
  set -f
  IFS='|'
  # shellcheck disable=SC2046  # split into fields
  set -- $(printf '%s\n' "$said" | grep '^facts|')
  unset IFS
  set +f
  ENGINE=${2:-} DATA_ROOT=${3:-} IMAGE_COUNT=${4:-} CONTAINER_COUNT=${5:-} IS_MANAGER=${6:-} SWARM=${7:-}
  # Without a daemon some CLIs print an empty answer and exit with 0.
  if [ -z "$ENGINE" ] || [ -z "$CONTAINER_COUNT" ]; then
    read_clock
    [ $((NOW - asked)) -lt 30 ] || fail docker-hung 'the Docker daemon has not answered for 30 s'
    said=$(printf '%s\n' "$said" | sed -E "/$CLI_WARNING/d; /^facts\|/d; /^\$/d" | tail -n 1)
    fail docker-unreachable "${said:-the Docker CLI ended with code $code and no message}"
  fi
  case ${8:-} in
  *io.containerd.snapshotter*) STORE=containerd ;;
  *) STORE=classic ;;
  esac
}

# find_compose: finds out which Compose there is. Writes COMPOSE, COMPOSE_VERSION.
find_compose() {
  COMPOSE=plugin
  COMPOSE_VERSION=$(run_bounded 30 docker compose version --short 2>/dev/null) && [ -n "$COMPOSE_VERSION" ] && return
  COMPOSE=none COMPOSE_VERSION=none
  ! command -v docker-compose >/dev/null || COMPOSE=standalone
}

# ask_compose_version: asks a standalone Compose for its version. Reads COMPOSE. Writes COMPOSE_VERSION, COMPOSE.
# It stands apart because version 1 takes a second or more. A Compose that cannot answer counts as none.
ask_compose_version() {
  [ "$COMPOSE" = standalone ] || return 0
  COMPOSE_VERSION=$(run_bounded 30 docker-compose version --short 2>/dev/null) && [ -n "$COMPOSE_VERSION" ] && return
  COMPOSE=none COMPOSE_VERSION=none
}

# run_compose ARGUMENTS...: runs Compose until the deadline at most. Reads COMPOSE, STEP_TIMEOUT.
run_compose() {
  case $COMPOSE in
  plugin) run_docker compose "$@" ;;
  *) run_bounded "$STEP_TIMEOUT" docker-compose "$@" ;;
  esac
}

# read_disk COLUMN [OPTION]: prints a column of df for each file system with the Engine's data. Reads DATA_ROOT, STORE.
# The deadline does not limit it, because a task that ran out of time also reports what it reclaimed.
read_disk() {
  # The disk of an Engine on another machine cannot be read, even if this host has a containerd.
  [ -d "$DATA_ROOT" ] || return 0
  set -- "$1" "${2:--k}" "$DATA_ROOT"
  # The containerd store may keep its content beside the Engine's own data.
  # The Engine starts a containerd of its own only where the host has none.
  [ "$STORE" = classic ] || [ ! -e /run/containerd/containerd.sock ] || set -- "$@" "$(find_containerd_root)"
  column=$1
  shift
  timeout -k 1 2 df -P "$@" 2>/dev/null 3>&- 9>&- |
    awk -v n="$column" 'NR > 1 && !seen[$6]++ { sub(/%/, "", $n); printf "%.0f\n", $n }'
}

# find_containerd_root: prints where the host's own containerd keeps its content.
find_containerd_root() {
  root=$(sed -n "s/^root *= *[\"']\([^\"']*\)[\"'] *\$/\1/p" /etc/containerd/config.toml 2>/dev/null | head -n 1)
  printf '%s\n' "${root:-/var/lib/containerd}"
}

# measure_used_kib: prints the KiB in use, or nothing where the disk cannot be read.
measure_used_kib() { read_disk 3 | awk '{ sum += $1 } END { if (NR) printf "%.0f\n", sum }'; }

# measure_fullest OPTION: prints the use of the fullest file system in per cent, of blocks (-k) or inodes (-i).
measure_fullest() { read_disk 5 "$1" | sort -n | tail -n 1; }

# print_disk_facts: prints the use of the fullest file system as members of JSON, each after a comma.
# A member is absent where it cannot be read.
print_disk_facts() {
  blocks=$(measure_fullest -k)
  inodes=$(measure_fullest -i)
  printf '%s' "${blocks:+,\"diskPercent\":$blocks}${inodes:+,\"inodePercent\":$inodes}"
}

# fail_unanswered CODE: ends the task after a question without an answer. Reads cli-error.
# If the Engine answers the next question, it also answered this one: with an error.
fail_unanswered() {
  check_room
  cat "$WORK/cli-error"
  ! is_time_over || fail deadline "the task's time of $STEP_TIMEOUT s was over before the Docker daemon answered"
  is_engine_answering || fail docker-unreachable 'the Docker daemon stopped answering'
  fail engine-error "$(print_complaint cli-error "$1")"
}

# is_engine_answering: whether the Engine answers a simple question.
is_engine_answering() { [ -n "$(run_bounded 30 docker version --format '{''{.Server.Version}}' 2>/dev/null)" ]; }

# print_complaint LIST CODE: prints the CLI's first complaint in a file, else how the CLI ended. Reads LIST.
print_complaint() {
  sed -E "/$CLI_WARNING/d; /^ *\$/d; s/^xargs: docker: terminated by/the Docker CLI was ended by/; q" "$WORK/$1" | grep . || echo "the Docker CLI ended with code $2 and no message"
}

# log_cut_off CODE: logs the exit code of a CLI that did not end by itself, which is above 1.
log_cut_off() { [ "$1" -le 1 ] || echo "the Docker CLI ended with code $1" >&2; }
