# Takes down one Compose project. Settings that it reads: PROJECT, DIRECTORY, FILES (a path a line), REMOVE_VOLUMES.
#
# Compose stops the containers, because it knows their order and their hooks. The Engine removes them, by the
# project's label, because Compose's exit code does not say what is left, and so that the plug-in, the
# standalone one and none at all come to the same end.
PROJECTS_GONE=0 CONTAINERS_GONE=0 VOLUMES_GONE=0 NETWORKS_GONE=0 KEPT=0 LEFTOVERS=''

# list_project WHEN: the identifiers of what there is of the project, in files named WHEN.KIND.
list_project() {
  ours=label=$PROJECT_LABEL=$PROJECT
  keep=label=$KEEP_LABEL
  list "$1.containers" ps -aq --no-trunc --filter "$ours"
  list "$1.networks" network ls -q --no-trunc --filter "$ours"
  list "$1.volumes" volume ls -q --filter "$ours"
  list kept.networks network ls -q --no-trunc --filter "$ours" --filter "$keep"
  list kept.volumes volume ls -q --filter "$ours" --filter "$keep"
  without kept.networks "$1.networks"
  without kept.volumes "$1.volumes"
  [ "$REMOVE_VOLUMES" = true ] || printf '' >"$WORK/$1.volumes" || full
}

# with_files COMMAND: Compose on the project's files and from its directory, as the project's Makefile does.
with_files() (
  cd "$DIRECTORY" || exit 1
  command=$1
  set -- -p "${PROJECT:-unnamed}"
  IFS=$NEWLINE
  set -f
  for file in $FILES; do
    set -- "$@" -f "$file"
  done
  unset IFS
  # shellcheck disable=SC2086  # a command and its options
  compose "$@" $command
)

# list_removable: what may go, into the files gone.networks and gone.volumes: not what a container of others refers to.
# Volumes without a name of their own, hence without the project's label, go with their containers; a container that
# holds one which must stay goes without: it is in the file holders, the others in the file others.
list_removable() {
  list foreign ps -aq --no-trunc
  without before.containers foreign
  list_references foreign
  comm -23 "$WORK/before.networks" "$WORK/used-networks" >"$WORK/gone.networks" || full
  # No shell could take another name for one word; the Engine gives such to plug-ins' volumes only.
  comm -23 "$WORK/before.volumes" "$WORK/used-volumes" | grep -xE '[a-zA-Z0-9][a-zA-Z0-9_.-]*' >"$WORK/gone.volumes" ||
    [ $? = 1 ] || full
  room
  cp "$WORK/before.containers" "$WORK/others" || full
  [ "$REMOVE_VOLUMES" = true ] && [ -s "$WORK/before.containers" ] || return 0
  mounts='{''{range .Mounts}}{''{if eq .Type "volume"}}{''{println .Name}}{''{end}}{''{end}}'
  inspect_all before.containers mounts container "$mounts"
  sort -u "$WORK/mounts" | grep -xE '[0-9a-f]{64}' >"$WORK/anonymous" || [ $? = 1 ] || full
  room
  [ -s "$WORK/anonymous" ] || return 0
  list all-kept volume ls -q --filter "$keep"
  sort -u "$WORK/all-kept" "$WORK/used-volumes" | comm -12 "$WORK/anonymous" - >"$WORK/staying" || full
  without staying anonymous
  [ -s "$WORK/staying" ] || return 0
  while read -r volume; do
    list "holders.$volume" ps -aq --no-trunc --filter "$ours" --filter "volume=$volume"
  done <"$WORK/staying"
  cat "$WORK"/holders.* | sort -u >"$WORK/holders" || full
  room
  without holders others
}

stop_containers() {
  list running ps -q --no-trunc --filter "$ours"
  [ -s "$WORK/running" ] || return 0
  began=$(date +%s)
  stopping=$(seconds_of_day "$(date -u +%H:%M:%S)")
  if [ "$COMPOSE" = none ]; then
    : # the Engine does it, below
  elif [ -n "$DIRECTORY" ]; then
    with_files stop || warn compose-stop-failed
  else
    ask_compose_version
    case $COMPOSE_VERSION in
    none | 1.*) ;; # version 1 can do nothing without a file
    *) compose -p "$PROJECT" stop || warn compose-stop-failed ;;
    esac
  fi
  ! expired || return 0
  # One-off containers, orphans, and whatever Compose did not stop.
  list still ps -q --no-trunc --filter "$ours"
  # shellcheck disable=SC2046
  [ ! -s "$WORK/still" ] || engine stop $(cat "$WORK/still") >/dev/null
  name_killed
}

# seconds_of_day HH:MM:SS
seconds_of_day() (
  IFS=:
  # shellcheck disable=SC2086  # split into hours, minutes and seconds
  set -- $1
  # A leading zero would make them octal.
  echo $((${1#0} * 3600 + ${2#0} * 60 + ${3#0}))
)

# Names the containers that were ended by SIGKILL after their grace period. Exit code 137 alone does not say so:
# a process may return it, and so does one that the kernel ended for want of memory.
name_killed() {
  facts='{''{.State.ExitCode}}|{''{.State.OOMKilled}}|{''{.State.FinishedAt}}|{''{json .Config.StopTimeout}}'
  # .ID and not .Id: that would not be Go's name of the field, and without one match the CLI refuses absent fields.
  facts="$facts|{""{.ID}}|{""{.Name}}|{""{index .Config.Labels \"com.docker.compose.service\"}}"
  # shellcheck disable=SC2046
  engine inspect --type container --format "$facts" $(cat "$WORK/running") 2>/dev/null |
    grep '^137|false|' >"$WORK/suspects" || return 0
  # The Engine remembers only its last 256 events: those that are there can acquit, but none need be there.
  signal='{''{.Actor.ID}} {''{index .Actor.Attributes "signal"}}'
  bounded 10 docker events --since "$began" --until $(($(date +%s) + 1)) --filter "$ours" --filter event=kill \
    --format "$signal" >"$WORK/kills"
  while IFS='|' read -r _ _ finished grace id name service; do
    case $grace in '' | *[!0-9]*) grace=10 ;; esac # the Engine's own default
    finished=${finished#*T}
    waited=$(($(seconds_of_day "${finished%%[.Z]*}") - stopping))
    [ "$waited" -gt -43200 ] || waited=$((waited + 86400)) # midnight has passed
    [ "$waited" -ge "$grace" ] || continue
    if ! grep -q "^$id " "$WORK/kills" || grep -qx "$id 9" "$WORK/kills"; then
      killed "$service" "${name#/}" "$grace"
    fi
  done <"$WORK/suspects"
}

# killed SERVICE CONTAINER GRACE
killed() {
  log "$2 had to be killed: its process did not end within $3 s of the stop signal"
  text "$PROJECT" 30
  item="{\"project\":$TEXT"
  text "$1" 30
  item="$item,\"service\":$TEXT"
  text "$2" 45
  item="$item,\"container\":$TEXT,\"grace\":$3}"
  if [ $((${#KILLED} + ${#item})) -lt 340 ]; then
    KILLED="$KILLED${KILLED:+,}$item"
  else
    KILLED_OMITTED=$((KILLED_OMITTED + 1))
  fi
}

# Without -f: what somebody started again meanwhile stays. With -v the Engine takes the container's anonymous
# volumes along, so a container that holds one with the keep label goes without it.
remove() {
  # shellcheck disable=SC2046
  {
    [ ! -s "$WORK/holders" ] || engine rm $(cat "$WORK/holders")
    # What they hold besides.
    [ ! -s "$WORK/holders" ] || [ ! -s "$WORK/anonymous" ] || engine volume rm $(cat "$WORK/anonymous")
    [ ! -s "$WORK/others" ] || engine rm $([ "$REMOVE_VOLUMES" = false ] || echo -v) $(cat "$WORK/others")
    [ ! -s "$WORK/gone.networks" ] || engine network rm $(cat "$WORK/gone.networks")
    [ ! -s "$WORK/gone.volumes" ] || engine volume rm $(cat "$WORK/gone.volumes")
  } >/dev/null
}

# name_left KIND: names what is still there of it.
name_left() {
  [ -s "$WORK/after.$1s" ] || return 0
  name='{''{.Name}}'
  # shellcheck disable=SC2046
  engine inspect --type "$1" --format "$name" $(cat "$WORK/after.$1s") >"$WORK/names"
  while IFS= read -r name; do
    left "$1 ${name#/}"
  done <"$WORK/names"
}

# What the commands said does not count, only what is still there; to see that, a little time is allowed even
# when the task's own is over.
verify() {
  ! expired || OVER=yes
  [ "$OVER" = no ] || DEADLINE=$((NOW + 5))
  list_project after
  list after.every-volume volume ls -q
}

# foresee: what a dry run takes for what is there after.
foresee() {
  printf '' >"$WORK/after.containers" || full
  comm -23 "$WORK/before.networks" "$WORK/gone.networks" >"$WORK/after.networks" || full
  comm -23 "$WORK/before.volumes" "$WORK/gone.volumes" >"$WORK/after.volumes" || full
  cp "$WORK/after.volumes" "$WORK/after.every-volume" || full
}

name_all_left() {
  for kind in container network volume; do
    name_left "$kind"
  done
  ! cat "$WORK/after.containers" "$WORK/after.networks" "$WORK/after.volumes" | grep -q . ||
    LEFTOVERS="$LEFTOVERS${LEFTOVERS:+, }$PROJECT"
}

# add_gone: counts what was there before and is not any more.
add_gone() {
  containers=$(gone before.containers after.containers)
  networks=$(gone before.networks after.networks)
  sort -u "$WORK/before.volumes" "$WORK/anonymous" >"$WORK/before.every-volume"
  volumes=$(gone before.every-volume after.every-volume)
  # What an earlier run had left, and is left again, makes no project gone a second time.
  [ -s "$WORK/after.containers" ] || [ $((containers + networks + volumes)) = 0 ] || PROJECTS_GONE=$((PROJECTS_GONE + 1))
  CONTAINERS_GONE=$((CONTAINERS_GONE + containers))
  NETWORKS_GONE=$((NETWORKS_GONE + networks))
  VOLUMES_GONE=$((VOLUMES_GONE + volumes))
  # Counted at once, so that whatever happens to the next project, this is said.
  REMOVED=''
  count projects "$PROJECTS_GONE"
  count containers "$CONTAINERS_GONE"
  count volumes "$VOLUMES_GONE"
  count networks "$NETWORKS_GONE"
  [ "$DRY_RUN" = true ] || measured
}

# take_down: of PROJECT all that is there. Sets FATE to kept, nothing or down.
take_down() {
  OVER=no
  rm -f "$WORK"/holders.*
  for file in before.every-volume anonymous holders; do
    printf '' >"$WORK/$file" || full
  done
  list_project before
  list kept.containers ps -aq --no-trunc --filter "$ours" --filter "$keep"
  FATE=kept
  [ ! -s "$WORK/kept.containers" ] || return 0
  KEPT=$((KEPT + $(cat "$WORK/kept.networks" "$WORK/kept.volumes" | wc -l)))
  FATE=nothing
  cat "$WORK/before.containers" "$WORK/before.networks" "$WORK/before.volumes" | grep -q . || return 0
  FATE=down
  if [ "$DRY_RUN" = true ]; then
    list_removable
    foresee
  else
    stop_containers
    if ! expired; then
      list_removable
      remove
    fi
    verify
  fi
  add_gone
  name_all_left
}
