# Takes down one Compose project. Settings that it reads: PROJECT, DIRECTORY, FILES (a path a line), REMOVE_VOLUMES.
#
# Compose stops the containers, because it knows their order and their hooks. The Engine removes them, by the
# project's label, because Compose's exit code does not say what is left, and so that the plug-in, the
# standalone one and none at all come to the same end.
KEPT=0

# list_project WHEN: the identifiers of what there is of the project, in files named WHEN.KIND.
list_project() {
  ours=label=$PROJECT_LABEL=$PROJECT
  keep=label=$KEEP_LABEL
  list_members "$1.containers" -a --filter "$ours"
  [ "$1" = after ] || need_all "$1.containers"
  list "$1.networks" network ls -q --no-trunc --filter "$ours"
  list "$1.volumes" volume ls -q --filter "$ours"
  # Each question takes a process of the CLI: with hundreds of projects those that need none count.
  empty kept.networks kept.volumes
  [ ! -s "$WORK/$1.networks" ] || list kept.networks network ls -q --no-trunc --filter "$ours" --filter "$keep"
  [ ! -s "$WORK/$1.volumes" ] || list kept.volumes volume ls -q --filter "$ours" --filter "$keep"
  without kept.networks "$1.networks"
  without kept.volumes "$1.volumes"
  [ "$REMOVE_VOLUMES" = true ] || empty "$1.volumes"
}

# with_files SECONDS COMMAND...: Compose, for no longer than that, on the project's files and from its directory, as the project's Makefile does. What it says may
# hold values of the files and of the environment, so it stays on the host, in the file compose-said. The name comes by the
# environment: with -p and without -f Compose does not read the files, and knows no hooks.
with_files() (
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
  bounded "$seconds" sh -c 'cd "$1" && shift && exec "$@"' sh "$DIRECTORY" "$@" >"$WORK/compose-said" 2>&1
)

# compose_stop: has Compose stop the project, where it can: by its files, else by its name.
compose_stop() {
  if [ -s "$WORK/copies" ]; then
    # It goes by labels alone, and would stop these too.
    warn compose-stop-skipped
    return
  fi
  code=0
  if [ -n "$DIRECTORY" ] && [ -z "$FILES_UNUSABLE" ]; then
    with_files "$STEP_TIMEOUT" stop || code=$?
  else
    ask_compose_version
    case $COMPOSE_VERSION in
    none | 1.*) ;; # version 1 can do nothing without a file
    *) compose -p "$PROJECT" stop >>"$WORK/compose-said" 2>&1 || code=$? ;;
    esac
  fi
  [ "$code" = 0 ] || expired || {
    log "Compose could not stop $PROJECT: it ended with code $code; what it said is in $WORK/compose-said on this host"
    warn compose-stop-failed
  }
}

# list_removable: what may go, into the files gone.networks and gone.volumes: not what a container of others refers to.
# Volumes without a name of their own, hence without the project's label, go with their containers if they are certain; a
# container that has another one, which must stay, goes without: it is in the file holders, the others in the file others.
list_removable() {
  list foreign ps -aq --no-trunc
  without before.containers foreign
  without foreseen foreign
  list_references foreign
  all_described foreign services || {
    # It may refer to each of them.
    empty gone.networks gone.volumes others
    cp "$WORK/before.containers" "$WORK/holders" || full
    sort -u -o "$WORK/handed" "$WORK/handed" "$WORK/certain" || full
    empty certain
    return 0
  }
  comm -23 "$WORK/before.networks" "$WORK/used-networks" >"$WORK/gone.networks" || full
  # No shell could take another name for one word; the Engine gives such to plug-ins' volumes only.
  comm -23 "$WORK/before.volumes" "$WORK/used-volumes" | grep -xE '[a-zA-Z0-9][a-zA-Z0-9_.-]*' >"$WORK/gone.volumes" ||
    [ $? = 1 ] || full
  cp "$WORK/before.containers" "$WORK/others" || full
  room
  [ -s "$WORK/held" ] || [ -s "$WORK/handed" ] || return 0
  list all-kept volume ls -q --filter "$keep"
  sort -u "$WORK/all-kept" "$WORK/used-volumes" >"$WORK/staying" || full
  room
  without staying certain
  without staying handed
  awk '
    FILENAME == ARGV[1] { certain[$0]; next }
    !($1 in certain) { print $2 }' "$WORK/certain" "$WORK/held" | sort -u >"$WORK/holders" || full
  room
  without holders others
}

# stop_containers: stops those of the list before.containers that run.
stop_containers() {
  list running ps -q --no-trunc --filter "$ours"
  of_project running
  [ -s "$WORK/running" ] || return 0
  # A process that is paused can see no signal.
  list paused ps -q --no-trunc --filter "$ours" --filter status=paused
  began=$(date +%s)
  stopping=$(seconds_of_day "$(date -u +%H:%M:%S)")
  [ "$COMPOSE" = none ] || compose_stop
  ! expired || return 0
  # One-off containers, orphans, and whatever Compose did not stop.
  list still ps -q --no-trunc --filter "$ours"
  of_project still
  engine_on still stop >/dev/null 2>>"$WORK/complaints.containers"
  name_killed
}
# of_project FILE: leaves on a list only what belongs to the project.
of_project() {
  comm -12 "$WORK/$1" "$WORK/before.containers" >"$WORK/rest" || full
  room
  mv "$WORK/rest" "$WORK/$1"
}

# engine_on FILE ARGUMENTS...: the Docker CLI on all lines of a file at once, if it has any.
engine_on() {
  file=$WORK/$1
  shift
  # shellcheck disable=SC2046
  [ ! -s "$file" ] || engine "$@" $(cat "$file") || tell_cut_off "$?"
}

# Without -f: what somebody started again meanwhile stays. With -v the Engine takes the container's anonymous
# volumes along, so a container that has one which must stay goes without it.
remove() {
  # shellcheck disable=SC2046
  {
    engine_on holders rm
    engine_on others rm $([ "$REMOVE_VOLUMES" = false ] || echo -v)
    await_removals
  } >/dev/null 2>>"$WORK/complaints.containers"
  engine_on gone.networks network rm >/dev/null 2>>"$WORK/complaints.networks"
  # What the holders have besides, and what another container held while the one that it came with was removed.
  if [ -s "$WORK/certain" ] && engine volume ls -q >"$WORK/every-volume"; then
    sort "$WORK/every-volume" | comm -12 - "$WORK/certain" >"$WORK/unnamed-there" || full
    engine_on unnamed-there volume rm >/dev/null
  fi
  engine_on gone.volumes volume rm >/dev/null 2>>"$WORK/complaints.volumes"
  cat "$WORK/complaints.containers" "$WORK/complaints.networks" "$WORK/complaints.volumes"
}

# await_removals: a container that was started with --rm is removed on its own, and that takes long where it has many
# files; until then it is there, and so is all it uses. One that never goes must not cost other projects their turn.
await_removals() {
  now
  patience=$((NOW + 120))
  while removing=$(engine ps -aq --no-trunc --filter "$ours" --filter status=removing --filter status=dead) &&
    [ -n "$removing" ]; do
    # `docker ps` of Engine 28 calls it dead, and that of older ones goes on calling it so when its removal has failed.
    # shellcheck disable=SC2086
    engine inspect --type container --format '{''{.State.Status}}' $removing | grep -qx removing || break
    now
    [ "$NOW" -lt "$patience" ] || break
    sleep 1
  done
}

# take_down: of PROJECT all that is there. Sets FATE to kept, nothing or down.
take_down() {
  OVER=no COMMITTED=''
  empty holders complaints.containers complaints.networks complaints.volumes
  list_project before
  list kept.containers ps -aq --no-trunc --filter "$ours" --filter "$keep"
  of_project kept.containers
  FATE=kept
  [ ! -s "$WORK/kept.containers" ] || return 0
  KEPT=$((KEPT + $(cat "$WORK/kept.networks" "$WORK/kept.volumes" | wc -l)))
  FATE=nothing
  cat "$WORK/before.containers" "$WORK/before.networks" "$WORK/before.volumes" | grep -q . || return 0
  FATE=down
  # Before anything stops: a container that was started with --rm could not be asked then.
  tell_volumes
  clear_away
}

# take_rest: of PROJECT the networks and volumes that only projects used which are gone by now.
take_rest() {
  FATE=rest
  empty complaints.containers complaints.networks complaints.volumes
  list_project before
  for kind in containers networks volumes; do
    without foreseen "before.$kind"
  done
  # Somebody has brought it up anew.
  if [ -s "$WORK/before.containers" ]; then
    leftover
    return
  fi
  empty holders certain handed held
  clear_away
}

# clear_away: removes all that may go of what is in the lists `before.KINDs`, and says what is left.
clear_away() {
  deadline=$DEADLINE
  if [ "$DRY_RUN" = true ]; then
    list_removable
    foresee
  else
    [ "$FATE" = rest ] || stop_containers
    if ! expired; then
      list_removable
      remove
    fi
    verify
  fi
  name_after container
  name_after network
  add_gone
  name_all_left
  [ -s "$WORK/after.containers" ] || name_unnamed_left
  # The time that was allowed is for looking only: no other project begins in it.
  DEADLINE=$deadline
}
