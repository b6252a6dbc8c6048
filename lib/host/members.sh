# What belongs to a Compose project, and which projects are kept.

# A container belongs to a Compose project because Compose created it: its image may carry the project's labels too, as
# Compose puts them on what it builds, and whoever starts a container from it by hand gets them. Only on containers Compose
# puts one of these; COMPOSE_MADE is a template of a condition.
COMPOSE_MADE='or (.Label "com.docker.compose.oneoff") (.Label "com.docker.compose.hook")'

# Whether the file committed has the images with the labels of a container; emptied, they are listed anew.
COMMITTED_LISTED=''

# list_members FILE FILTER...: the containers that Compose created, of those that the filters of `docker ps` select.
list_members() {
  members=$1
  shift
  list_objects "$members" ps --no-trunc "$@" --format "{""{if $COMPOSE_MADE}}{""{.ID}}{""{end}}"
  drop_copies "$members"
}

# leave_copies FILE: takes out of a list the containers all of whose Compose labels are their image's: `docker commit` puts a
# container's labels on the image, and so on each container from it. The file copies has those that were taken out. A container
# that the Engine cannot describe stays on the list: the caller must not take it for the project's.
drop_copies() {
  empty_lists copies
  [ -s "$WORK/$1" ] || return 0
  # Images rarely carry these labels; only then each container is asked.
  if [ -z "$COMMITTED_LISTED" ]; then
    list_objects committed-hooks image ls -aq --no-trunc --filter label=com.docker.compose.hook
    list_objects committed image ls -aq --no-trunc --filter label=com.docker.compose.oneoff
    sort -u -o "$WORK/committed" "$WORK/committed" "$WORK/committed-hooks" || fail_no_space
    check_room
    COMMITTED_LISTED=listed
  fi
  [ -s "$WORK/committed" ] || return 0
  # shellcheck disable=SC2016
  own='{''{$id := .ID}}{''{$image := .Image}}{''{range $key, $value := .Config.Labels}}{''{println $id $image (json $key) (json $value)}}{''{end}}'
  inspect_all "$1" own-labels container "$own"
  # shellcheck disable=SC2016
  own='{''{$id := .ID}}{''{with .Config}}{''{range $key, $value := .Labels}}{''{println $id (json $key) (json $value)}}{''{end}}{''{end}}'
  inspect_all committed image-labels image "$own"
  require_described committed
  awk '
    FILENAME == ARGV[1] { committed[$0]; next }
    FILENAME == ARGV[2] { inherited[$0]; next }
    NF > 3 && ($2 in committed) {
      copy[$1]
      if ($3 ~ /^"com\.docker\.compose\./ && !(substr($0, length($1) + 2) in inherited)) own[$1]
    }
    END { for (id in copy) if (!(id in own)) print id }
  ' "$WORK/committed" "$WORK/image-labels" "$WORK/own-labels" | sort -u >"$WORK/copies" || fail_no_space
  check_room
  subtract_list copies "$1"
}

# project_of LABELS: prints a template of the Compose project in an object's labels, as JSON, so that nothing in it can be
# taken for something else.
print_project_template() { printf '{''{json (index %s "%s")}''}' "$1" "$PROJECT_LABEL"; }

# list_kept_projects: the projects one of whose containers carries the keep label; they stay whole, for any task. Of what
# belongs to no project the label is empty.
list_kept_projects() {
  list_members kept-members -a --filter "label=$KEEP_LABEL" --filter "label=$PROJECT_LABEL"
  inspect_all kept-members kept-projects container "$(print_project_template .Config.Labels)"
  require_described kept-members
  sort -u "$WORK/kept-projects" | grep -vxF '""' >"$WORK/kept-projects.named" || [ $? = 1 ] || fail_no_space
  mv "$WORK/kept-projects.named" "$WORK/kept-projects" || fail_no_space
  check_room
}
