# Which containers belong to a Compose project, and which projects are kept.
# Lists and variables:
#   KEEP_LABEL, PROJECT_LABEL: constants. By prelude.sh.
#   COMPOSE_MADE: constant: the condition of a template. By this file.
#   COMMITTED_LISTED: `listed` once `committed` is complete, else empty. By drop_copies, and take_down resets it.
#   committed: images with the labels that Compose puts on containers alone. By drop_copies.
#   committed-hooks: temporary: a part of `committed`. By drop_copies.
#   copies: containers that drop_copies took out of its list. By drop_copies.
#   own-labels: lines `CONTAINER IMAGE KEY VALUE`, as JSON. By drop_copies.
#   image-labels: lines `IMAGE KEY VALUE`, as JSON. By drop_copies.
#   kept-members: containers of projects with the keep label. By list_kept_projects.
#   kept-projects: names of the projects with such a container, as JSON, sorted. By list_kept_projects.
#   kept-projects.named: temporary: the same. By list_kept_projects.

# A container belongs to a Compose project because Compose created it.
# A project label is not enough: Compose also puts it on images that it builds, and containers inherit it.
# Compose puts the labels of COMPOSE_MADE on containers only.
COMPOSE_MADE='or (.Label "com.docker.compose.oneoff") (.Label "com.docker.compose.hook")'

COMMITTED_LISTED=''

# list_members LIST FILTER...: lists the containers created by Compose that `docker ps` selects. Writes LIST, copies.
list_members() {
  members=$1
  shift
  list_objects "$members" ps --no-trunc "$@" --format "{""{if $COMPOSE_MADE}}{""{.ID}}{""{end}}"
  drop_copies "$members"
}

# drop_copies LIST: takes out of LIST the containers that only inherit Compose's labels. Writes LIST, copies.
# `docker commit` puts a container's labels on the image, and so on each container from that image.
# It leaves on LIST a container that the Engine cannot describe. The caller must not count it as the project's.
drop_copies() {
  empty_lists copies
  [ -s "$WORK/$1" ] || return 0
  # Images rarely carry these labels. Only then it asks about each container.
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

# print_project_template LABELS: prints a template of the project in an object's labels. Reads PROJECT_LABEL.
# It gives JSON, so that a strange name cannot look like another field.
print_project_template() { printf '{''{json (index %s "%s")}''}' "$1" "$PROJECT_LABEL"; }

# list_kept_projects: lists the projects that every task keeps as a whole. Reads KEEP_LABEL. Writes kept-projects.
# One of their containers carries the keep label. Without a project the label is empty.
list_kept_projects() {
  list_members kept-members -a --filter "label=$KEEP_LABEL" --filter "label=$PROJECT_LABEL"
  inspect_all kept-members kept-projects container "$(print_project_template .Config.Labels)"
  require_described kept-members
  sort -u "$WORK/kept-projects" | grep -vxF '""' >"$WORK/kept-projects.named" || [ $? = 1 ] || fail_no_space
  mv "$WORK/kept-projects.named" "$WORK/kept-projects" || fail_no_space
  check_room
}
