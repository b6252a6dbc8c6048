# Takes down one Compose project. Settings that it reads: PROJECT, DIRECTORY, FILES (a path a line), REMOVE_VOLUMES.
#
# Compose stops the containers, because it knows their order and their hooks. The Engine removes them, by the
# project's label, because Compose's exit code does not say what is left, and so that the plug-in, the
# standalone one and none at all come to the same end.
KEPT_COUNT=0

# list_project WHEN: the identifiers of what there is of the project, in files named WHEN.KIND.
list_project() {
  project_filter=label=$PROJECT_LABEL=$PROJECT
  keep_filter=label=$KEEP_LABEL
  list_members "$1.containers" -a --filter "$project_filter"
  [ "$1" = after ] || require_described "$1.containers"
  list_objects "$1.networks" network ls -q --no-trunc --filter "$project_filter"
  list_objects "$1.volumes" volume ls -q --filter "$project_filter"
  # Each question takes a process of the CLI: with hundreds of projects those that need none count.
  empty_lists kept.networks kept.volumes
  [ ! -s "$WORK/$1.networks" ] || list_objects kept.networks network ls -q --no-trunc --filter "$project_filter" --filter "$keep_filter"
  [ ! -s "$WORK/$1.volumes" ] || list_objects kept.volumes volume ls -q --filter "$project_filter" --filter "$keep_filter"
  subtract_list kept.networks "$1.networks"
  subtract_list kept.volumes "$1.volumes"
  [ "$REMOVE_VOLUMES" = true ] || empty_lists "$1.volumes"
}

# with_files SECONDS COMMAND...: Compose, for no longer than that, on the project's files and from its directory, as the project's Makefile does. What it says may
# hold values of the files and of the environment, so it stays on the host, in the file compose-said. The name comes by the
# environment: with -p and without -f Compose does not read the files, and knows no hooks.
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

# compose_stop: has Compose stop the project, where it can: by its files, else by its name.
stop_with_compose() {
  if [ -s "$WORK/copies" ]; then
    # It goes by labels alone, and would stop these too.
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

# list_removable: what may go, into the files gone.networks and gone.volumes: not what a container of others refers to.
# Volumes without a name of their own, hence without the project's label, go with their containers if they are certain; a
# container that has another one, which must stay, goes without: it is in the file holders, the others in the file others.
list_removable() {
  list_objects other-containers ps -aq --no-trunc
  subtract_list before.containers other-containers
  subtract_list presumed-gone other-containers
  list_references other-containers
  are_described other-containers services || {
    # It may refer to each of them.
    empty_lists removable.networks removable.volumes volume-removals
    cp "$WORK/before.containers" "$WORK/plain-removals" || fail_no_space
    sort -u -o "$WORK/doubtful-volumes" "$WORK/doubtful-volumes" "$WORK/own-volumes" || fail_no_space
    empty_lists own-volumes
    return 0
  }
  comm -23 "$WORK/before.networks" "$WORK/used-networks" >"$WORK/removable.networks" || fail_no_space
  # No shell could take another name for one word; the Engine gives such to plug-ins' volumes only.
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

# stop_containers: stops those of the list before.containers that run.
stop_containers() {
  list_objects running ps -q --no-trunc --filter "$project_filter"
  keep_project_containers running
  [ -s "$WORK/running" ] || return 0
  # A process that is paused can see no signal.
  list_objects paused ps -q --no-trunc --filter "$project_filter" --filter status=paused
  stop_time=$(date +%s)
  stop_second=$(count_seconds_of_day "$(date -u +%H:%M:%S)")
  [ "$COMPOSE" = none ] || stop_with_compose
  ! is_time_over || return 0
  # One-off containers, orphans, and whatever Compose did not stop.
  list_objects still-running ps -q --no-trunc --filter "$project_filter"
  keep_project_containers still-running
  run_docker_on still-running stop >/dev/null 2>>"$WORK/complaints.containers"
  find_killed
}
# of_project FILE: leaves on a list only what belongs to the project.
keep_project_containers() {
  comm -12 "$WORK/$1" "$WORK/before.containers" >"$WORK/rest" || fail_no_space
  check_room
  mv "$WORK/rest" "$WORK/$1"
}

# engine_on FILE ARGUMENTS...: the Docker CLI on all lines of a file at once, if it has any.
run_docker_on() {
  file=$WORK/$1
  shift
  # shellcheck disable=SC2046
  [ ! -s "$file" ] || run_docker "$@" $(cat "$file") || log_cut_off "$?"
}

# Without -f: what somebody started again meanwhile stays. With -v the Engine takes the container's anonymous
# volumes along, so a container that has one which must stay goes without it.
remove_project() {
  # shellcheck disable=SC2046
  {
    run_docker_on plain-removals rm
    run_docker_on volume-removals rm $([ "$REMOVE_VOLUMES" = false ] || echo -v)
    await_removals
  } >/dev/null 2>>"$WORK/complaints.containers"
  run_docker_on removable.networks network rm >/dev/null 2>>"$WORK/complaints.networks"
  # What the holders have besides, and what another container held while the one that it came with was removed.
  if [ -s "$WORK/own-volumes" ] && run_docker volume ls -q >"$WORK/all-volumes"; then
    sort "$WORK/all-volumes" | comm -12 - "$WORK/own-volumes" >"$WORK/own-volumes-left" || fail_no_space
    run_docker_on own-volumes-left volume rm >/dev/null
  fi
  run_docker_on removable.volumes volume rm >/dev/null 2>>"$WORK/complaints.volumes"
  cat "$WORK/complaints.containers" "$WORK/complaints.networks" "$WORK/complaints.volumes"
}

# await_removals: a container that was started with --rm is removed on its own, and that takes long where it has many
# files; until then it is there, and so is all it uses. One that never goes must not cost other projects their turn.
await_removals() {
  read_clock
  patience=$((NOW + 120))
  while removing=$(run_docker ps -aq --no-trunc --filter "$project_filter" --filter status=removing --filter status=dead) &&
    [ -n "$removing" ]; do
    # `docker ps` of Engine 28 calls it dead, and that of older ones goes on calling it so when its removal has failed.
    # shellcheck disable=SC2086
    run_docker inspect --type container --format '{''{.State.Status}}' $removing | grep -qx removing || break
    read_clock
    [ "$NOW" -lt "$patience" ] || break
    sleep 1
  done
}

# take_down: of PROJECT all that is there. Sets FATE to kept, nothing or down.
take_down() {
  TIME_OVER=no COMMITTED_LISTED=''
  empty_lists plain-removals complaints.containers complaints.networks complaints.volumes
  list_project before
  list_objects kept.containers ps -aq --no-trunc --filter "$project_filter" --filter "$keep_filter"
  keep_project_containers kept.containers
  FATE=kept
  [ ! -s "$WORK/kept.containers" ] || return 0
  KEPT_COUNT=$((KEPT_COUNT + $(cat "$WORK/kept.networks" "$WORK/kept.volumes" | wc -l)))
  FATE=nothing
  cat "$WORK/before.containers" "$WORK/before.networks" "$WORK/before.volumes" | grep -q . || return 0
  FATE=down
  # Before anything stops: a container that was started with --rm could not be asked then.
  classify_volumes
  clear_project
}

# take_rest: of PROJECT the networks and volumes that only projects used which are gone by now.
take_rest() {
  FATE=rest
  empty_lists complaints.containers complaints.networks complaints.volumes
  list_project before
  for kind in containers networks volumes; do
    subtract_list presumed-gone "before.$kind"
  done
  # Somebody has brought it up anew.
  if [ -s "$WORK/before.containers" ]; then
    note_leftovers
    return
  fi
  empty_lists plain-removals own-volumes doubtful-volumes unnamed-mounts
  clear_project
}

# clear_away: removes all that may go of what is in the lists `before.KINDs`, and says what is left.
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
  # The time that was allowed is for looking only: no other project begins in it.
  DEADLINE=$deadline
}
