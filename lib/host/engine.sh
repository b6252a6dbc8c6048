# What every host script asks of Engine, Compose and disks.

# Words of the Docker CLI that no exit code and no field says. Seen with CLI and Engine 20.10, 26.1, 28.5 and 29.7:
# a warning beside an answer, the line of an image that was removed, and of a reference that was taken away.
CLI_WARNING='^(WARNING|DEPRECATED|  )' DELETED='Deleted: ' UNTAGGED='Untagged: '
# The lines around the records that a prune of the build cache removed.
CACHE_FRAME='^(Total reclaimed|Deleted build cache|$)'
# Seen with Engine 20.10 alone; later ones let several questions share one count of disk usage.
CACHE_BUSY='disk usage operation is already running'

# find_engine: sets ENGINE, STORE, DATA_ROOT, IMAGES, CONTAINERS, SWARM (the state of this node: inactive, active, locked, ...)
# and MANAGER (of a swarm: true or false), or fails.
find_engine() {
  command -v docker >/dev/null || fail docker-missing "there is no docker on this host's PATH, $PATH"
  asked=$NOW
  # The mark tells the answer from the warnings that the CLI prints beside it.
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
  # Without a daemon some CLIs answer all the same, with nothing in it, and exit with 0.
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

# find_compose: sets COMPOSE to plugin, standalone or none.
find_compose() {
  COMPOSE=plugin
  COMPOSE_VERSION=$(run_bounded 30 docker compose version --short 2>/dev/null) && [ -n "$COMPOSE_VERSION" ] && return
  COMPOSE=none COMPOSE_VERSION=none
  ! command -v docker-compose >/dev/null || COMPOSE=standalone
}
# ask_compose_version: sets COMPOSE_VERSION, apart because version 1 takes a second or more to say it; a standalone one
# that cannot is none.
ask_compose_version() {
  [ "$COMPOSE" = standalone ] || return 0
  COMPOSE_VERSION=$(run_bounded 30 docker-compose version --short 2>/dev/null) && [ -n "$COMPOSE_VERSION" ] && return
  COMPOSE=none COMPOSE_VERSION=none
}
run_compose() {
  case $COMPOSE in
  plugin) run_docker compose "$@" ;;
  *) run_bounded "$STEP_TIMEOUT" docker-compose "$@" ;;
  esac
}

# disk COLUMN [OPTION]: that column of df, a line for each file system that holds the Engine's data. Not bounded
# by the deadline: what was reclaimed is also said of a run that took too long.
read_disk() {
  # Of an Engine on another machine nothing is to be seen here, whatever this one has of containerd.
  [ -d "$DATA_ROOT" ] || return 0
  set -- "$1" "${2:--k}" "$DATA_ROOT"
  # The containerd store may have its content beside the Engine's own data: an Engine starts a containerd of its own only where
  # the host has none.
  [ "$STORE" = classic ] || [ ! -e /run/containerd/containerd.sock ] || set -- "$@" "$(find_containerd_root)"
  column=$1
  shift
  timeout -k 1 2 df -P "$@" 2>/dev/null 3>&- 9>&- |
    awk -v n="$column" 'NR > 1 && !seen[$6]++ { sub(/%/, "", $n); printf "%.0f\n", $n }'
}
# containerd_root: where the host's own containerd keeps its content.
find_containerd_root() {
  root=$(sed -n "s/^root *= *[\"']\([^\"']*\)[\"'] *\$/\1/p" /etc/containerd/config.toml 2>/dev/null | head -n 1)
  printf '%s\n' "${root:-/var/lib/containerd}"
}
measure_used_kib() { read_disk 3 | awk '{ sum += $1 } END { if (NR) printf "%.0f\n", sum }'; }
measure_fullest() { read_disk 5 "$1" | sort -n | tail -n 1; }

# unanswered CODE: ends the task, as a question had no answer. What the CLI said of it is in the file unsaid. An Engine that
# answers the next question has answered this one too: with an error.
fail_unanswered() {
  check_room
  cat "$WORK/cli-error"
  ! is_time_over || fail deadline "the task's time of $STEP_TIMEOUT s was over before the Docker daemon answered"
  is_engine_answering || fail docker-unreachable 'the Docker daemon stopped answering'
  fail engine-error "$(print_complaint cli-error "$1")"
}
is_engine_answering() { [ -n "$(run_bounded 30 docker version --format '{''{.Server.Version}}' 2>/dev/null)" ]; }
# complaint FILE CODE: prints what the CLI said first, or else how it ended.
print_complaint() {
  sed -E "/$CLI_WARNING/d; /^ *\$/d; s/^xargs: docker: terminated by/the Docker CLI was ended by/; q" "$WORK/$1" | grep . || echo "the Docker CLI ended with code $2 and no message"
}

log_cut_off() { [ "$1" -le 1 ] || echo "the Docker CLI ended with code $1" >&2; }
