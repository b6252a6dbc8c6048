# Takes down one Compose project.
# Compose stops the containers, because it knows their order and their hooks.
# The Engine removes them by the project's label, because Compose's exit code does not say what is left.
# So the task has the same result with the plug-in, with the standalone Compose and with none.
# KIND is containers, networks or volumes.
# Lists and variables:
#   DIRECTORY, FILES, REMOVE_VOLUMES: a path; a path a line; `true` or `false`. By the document.
#   PROJECT: the project's name. By the document, compose-down.sh.
#   PROFILES, FILES_UNUSABLE: see compose-down.sh.
#   COMPOSE, COMPOSE_VERSION: see engine.sh.
#   COMPOSE_PROJECT_NAME, COMPOSE_PROFILES: the environment of Compose. By run_compose_on_files.
#   KEPT_COUNT: how many objects and projects are kept for their label. By this file, take_down, take_down_selected.
#   FATE: `kept`, `nothing`, `down`, or `rest` when the task tries a project again. By take_down, take_rest.
#   TIME_OVER: `yes` once the task's time was over, else `no`. By take_down.
#   COMMITTED_LISTED: see members.sh. By take_down.
#   DEADLINE: see prelude.sh. By clear_project.
#   before.KIND, after.KIND: what there is of the project, before and after. By list_project.
#   kept.KIND: objects of the project with the keep label. By list_project, take_down.
#   compose-said: what Compose printed last. By run_compose_on_files, stop_with_compose.
#   copies: see members.sh.
#   own-volumes, doubtful-volumes, unnamed-mounts: see volumes.sh. By list_removable, take_rest.
#   other-containers: containers that are not the project's. By list_removable.
#   used-networks, used-volumes, services: see references.sh.
#   presumed-gone: see aftermath.sh.
#   removable.KIND: networks and volumes that may be removed. By list_removable.
#   plain-removals: containers to remove without their anonymous volumes. By list_removable, take_down, take_rest.
#   volume-removals: containers to remove with their anonymous volumes. By list_removable.
#   all-kept-volumes: all volumes with the keep label. By list_removable.
#   protected-volumes: volumes that are kept or in use by others. By list_removable.
#   running, paused: containers of the project that run; those that are paused. By stop_containers.
#   still-running: containers that run after Compose stopped the project. By stop_containers.
#   all-volumes: all volumes of the host, unsorted. By remove_project.
#   own-volumes-left: those of `own-volumes` that still exist. By remove_project.
#   complaints.KIND: what the Docker CLI printed to stderr. By stop_containers, remove_project, take_down, take_rest.
#   kept.project: the project, if all of it is kept. By take_down.
#   rest: temporary: a list before it replaces another. By keep_project_containers.

KEPT_COUNT=0

# list_project WHEN: lists what there is of PROJECT. Reads PROJECT, REMOVE_VOLUMES. Writes WHEN.KIND, kept.KIND.
list_project() {
  project_filter=label=$PROJECT_LABEL=$PROJECT
  keep_filter=label=$KEEP_LABEL
  list_members "$1.containers" -a --filter "$project_filter"
  [ "$1" = after ] || require_described "$1.containers"
  list_objects "$1.networks" network ls -q --no-trunc --filter "$project_filter"
  list_objects "$1.volumes" volume ls -q --filter "$project_filter"
  empty_lists kept.networks kept.volumes
  # Each question starts a process of the CLI. With hundreds of projects it pays to ask none that needs no answer.
  [ ! -s "$WORK/$1.networks" ] || list_objects kept.networks network ls -q --no-trunc --filter "$project_filter" --filter "$keep_filter"
  [ ! -s "$WORK/$1.volumes" ] || list_objects kept.volumes volume ls -q --filter "$project_filter" --filter "$keep_filter"
  subtract_list kept.networks "$1.networks"
  subtract_list kept.volumes "$1.volumes"
  [ "$REMOVE_VOLUMES" = true ] || empty_lists "$1.volumes"
}

# run_compose_on_files SECONDS COMMAND...: runs Compose from DIRECTORY on FILES. Writes compose-said.
# It runs there as the project's Makefile does. What Compose prints may hold values of files and of the environment.
# So it is kept on the host. Compose gets the name by the environment:
# with -p and without -f, Compose does not read the files and knows no hooks.
run_compose_on_files() (
  export COMPOSE_PROJECT_NAME="${PROJECT:-unnamed}"
  [ -z "$PROFILES" ] || export COMPOSE_PROFILES="$PROFILES"
  seconds=$1
  shift
  command=$*
  set --
  IFS=$NEWLINE
  set -f
  for file in $FILES; do
    set -- "$@" -f "$file"
  done
  unset IFS
  # shellcheck disable=SC2086  # a command and its options
  set -- "$@" $command
  case $COMPOSE in plugin) set -- docker compose "$@" ;; *) set -- docker-compose "$@" ;; esac
  # shellcheck disable=SC2016
  run_bounded "$seconds" sh -c 'cd "$1" && shift && exec "$@"' sh "$DIRECTORY" "$@" >"$WORK/compose-said" 2>&1
)

# stop_with_compose: has Compose stop PROJECT, by files if it can. Reads copies, FILES_UNUSABLE. Writes compose-said.
stop_with_compose() {
  if [ -s "$WORK/copies" ]; then
    # Compose selects by labels alone, and would stop the copies too.
    warn compose-stop-skipped
    return
  fi
  code=0
  if [ -n "$DIRECTORY" ] && [ -z "$FILES_UNUSABLE" ]; then
    run_compose_on_files "$STEP_TIMEOUT" stop || code=$?
  else
    ask_compose_version
    case $COMPOSE_VERSION in
    none | 1.*) ;; # version 1 can do nothing without a file
    *) run_compose -p "$PROJECT" stop >>"$WORK/compose-said" 2>&1 || code=$? ;;
    esac
  fi
  [ "$code" = 0 ] || is_time_over || {
    log "Compose could not stop $PROJECT: it ended with code $code; what it said is in $WORK/compose-said on this host"
    warn compose-stop-failed
  }
}

# list_removable: lists what may be removed. Reads before.KIND, own-volumes, unnamed-mounts. Writes removable.KIND.
# It spares what other containers refer to. It also writes plain-removals, volume-removals and own-volumes.
# Volumes without a name carry no label of the project, so they are removed with their containers.
# A container with one that must be kept is in plain-removals.
list_removable() {
  list_objects other-containers ps -aq --no-trunc
  subtract_list before.containers other-containers
  subtract_list presumed-gone other-containers
  list_references other-containers
  are_described other-containers services || {
    # Such a container may refer to each of them.
    empty_lists removable.networks removable.volumes volume-removals
    cp "$WORK/before.containers" "$WORK/plain-removals" || fail_no_space
    sort -u -o "$WORK/doubtful-volumes" "$WORK/doubtful-volumes" "$WORK/own-volumes" || fail_no_space
    empty_lists own-volumes
    return 0
  }
  comm -23 "$WORK/before.networks" "$WORK/used-networks" >"$WORK/removable.networks" || fail_no_space
  # A shell could not take another name for one word. The Engine allows such names for volumes of plug-ins only.
  comm -23 "$WORK/before.volumes" "$WORK/used-volumes" | grep -xE '[a-zA-Z0-9][a-zA-Z0-9_.-]*' >"$WORK/removable.volumes" ||
    [ $? = 1 ] || fail_no_space
  cp "$WORK/before.containers" "$WORK/volume-removals" || fail_no_space
  check_room
  [ -s "$WORK/unnamed-mounts" ] || [ -s "$WORK/doubtful-volumes" ] || return 0
  list_objects all-kept-volumes volume ls -q --filter "$keep_filter"
  sort -u "$WORK/all-kept-volumes" "$WORK/used-volumes" >"$WORK/protected-volumes" || fail_no_space
  check_room
  subtract_list protected-volumes own-volumes
  subtract_list protected-volumes doubtful-volumes
  awk '
    FILENAME == ARGV[1] { own[$0]; next }
    !($1 in own) { print $2 }' "$WORK/own-volumes" "$WORK/unnamed-mounts" | sort -u >"$WORK/plain-removals" || fail_no_space
  check_room
  subtract_list plain-removals volume-removals
}

# stop_containers: stops the project's running containers. Writes running, paused, stop_time, complaints.containers.
stop_containers() {
  list_objects running ps -q --no-trunc --filter "$project_filter"
  keep_project_containers running
  [ -s "$WORK/running" ] || return 0
  # A process that is paused cannot see a signal.
  list_objects paused ps -q --no-trunc --filter "$project_filter" --filter status=paused
  stop_time=$(date +%s)
  stop_second=$(count_seconds_of_day "$(date -u +%H:%M:%S)")
  [ "$COMPOSE" = none ] || stop_with_compose
  ! is_time_over || return 0
  # These are one-off containers, orphans, and all that Compose did not stop.
  list_objects still-running ps -q --no-trunc --filter "$project_filter"
  keep_project_containers still-running
  run_docker_on still-running stop >/dev/null 2>>"$WORK/complaints.containers"
  find_killed
}

# keep_project_containers LIST: keeps on LIST only containers of the project. Reads before.containers. Writes LIST.
keep_project_containers() {
  comm -12 "$WORK/$1" "$WORK/before.containers" >"$WORK/rest" || fail_no_space
  check_room
  mv "$WORK/rest" "$WORK/$1"
}

# run_docker_on LIST ARGUMENTS...: runs the Docker CLI on all lines of LIST at once, if it has any. Reads LIST.
run_docker_on() {
  file=$WORK/$1
  shift
  # shellcheck disable=SC2046
  [ ! -s "$file" ] || run_docker "$@" $(cat "$file") || log_cut_off "$?"
}

# remove_project: removes objects. Reads plain-removals, volume-removals, removable.KIND. Writes complaints.KIND.
# It never uses -f, so that it keeps a container that a user has started again.
# With -v the Engine also removes a container's anonymous volumes.
remove_project() {
  # shellcheck disable=SC2046
  {
    run_docker_on plain-removals rm
    run_docker_on volume-removals rm $([ "$REMOVE_VOLUMES" = false ] || echo -v)
    await_removals
  } >/dev/null 2>>"$WORK/complaints.containers"
  run_docker_on removable.networks network rm >/dev/null 2>>"$WORK/complaints.networks"
  # Volumes of plain-removals, and volumes that another container used while theirs was removed.
  if [ -s "$WORK/own-volumes" ] && run_docker volume ls -q >"$WORK/all-volumes"; then
    sort "$WORK/all-volumes" | comm -12 - "$WORK/own-volumes" >"$WORK/own-volumes-left" || fail_no_space
    run_docker_on own-volumes-left volume rm >/dev/null
  fi
  run_docker_on removable.volumes volume rm >/dev/null 2>>"$WORK/complaints.volumes"
  cat "$WORK/complaints.containers" "$WORK/complaints.networks" "$WORK/complaints.volumes"
}

# await_removals: waits up to 120 s for containers in removal. Reads project_filter.
# The Engine itself removes a container that was started with --rm.
# That takes long with many files, and until then the container uses its networks and volumes.
# One that hangs must not cost other projects their turn.
await_removals() {
  read_clock
  patience=$((NOW + 120))
  while removing=$(run_docker ps -aq --no-trunc --filter "$project_filter" --filter status=removing --filter status=dead) &&
    [ -n "$removing" ]; do
    # `docker ps` of Engine 28 calls it dead. Older Engines still call it so after its removal has failed.
    # shellcheck disable=SC2086
    run_docker inspect --type container --format '{''{.State.Status}}' $removing | grep -qx removing || break
    read_clock
    [ "$NOW" -lt "$patience" ] || break
    sleep 1
  done
}

# take_down: takes PROJECT down. Reads PROJECT. Writes FATE, KEPT_COUNT, TIME_OVER.
take_down() {
  TIME_OVER=no COMMITTED_LISTED=''
  empty_lists plain-removals complaints.containers complaints.networks complaints.volumes
  list_project before
  list_objects kept.containers ps -aq --no-trunc --filter "$project_filter" --filter "$keep_filter"
  keep_project_containers kept.containers
  FATE=kept
  if [ -s "$WORK/kept.containers" ]; then
    printf '%s\n' "$PROJECT" >"$WORK/kept.project" || fail_no_space
    account_for kept project kept.project
    return
  fi
  account_for kept network kept.networks
  account_for kept volume kept.volumes
  describe_project
  KEPT_COUNT=$((KEPT_COUNT + $(cat "$WORK/kept.networks" "$WORK/kept.volumes" | wc -l)))
  FATE=nothing
  cat "$WORK/before.containers" "$WORK/before.networks" "$WORK/before.volumes" | grep -q . || return 0
  FATE=down
  # Before it stops anything, because the Engine could not describe a removed container that was started with --rm.
  classify_volumes
  describe_objects volume own-volumes doubtful-volumes
  clear_project
}

# take_rest: removes what is left of PROJECT, after the projects that used it are removed. Writes FATE.
take_rest() {
  FATE=rest
  empty_lists complaints.containers complaints.networks complaints.volumes
  list_project before
  for kind in containers networks volumes; do
    subtract_list presumed-gone "before.$kind"
  done
  # A user has brought the project up again.
  if [ -s "$WORK/before.containers" ]; then
    note_leftovers
    account_for_pending
    return
  fi
  empty_lists plain-removals own-volumes doubtful-volumes unnamed-mounts
  clear_project
}

# describe_project: asks what the list of objects says of PROJECT. Reads before.KIND, kept.KIND.
describe_project() {
  describe_objects container before.containers
  describe_objects network before.networks kept.networks
  describe_objects volume before.volumes kept.volumes
}

# clear_project: removes what may be removed, and reports what is left. Reads before.KIND, FATE. Writes DEADLINE.
clear_project() {
  deadline=$DEADLINE
  if [ "$DRY_RUN" = true ]; then
    list_removable
    presume_after
  else
    [ "$FATE" = rest ] || stop_containers
    if ! is_time_over; then
      list_removable
      remove_project
    fi
    list_after
  fi
  read_names container
  read_names network
  count_removed
  report_all_left
  [ -s "$WORK/after.containers" ] || report_unnamed_left
  # The extra time is for looking only: no other project begins in it.
  DEADLINE=$deadline
}
