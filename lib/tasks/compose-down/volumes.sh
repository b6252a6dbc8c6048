# Tells apart those volumes of a project's containers that have 64 hexadecimal digits for a name.
# The Engine gives such a name to anonymous volumes, which are removed with their container.
# It also gives one to a volume that a user creates without a name, which must never be removed.
# Compose hands an anonymous volume on to a container's successor by that name, like an external one.
# Neither the name nor the label com.docker.volume.anonymous tells them apart: `docker volume create` gives both too.
# So what counts is how a container got the volume.
# Lists and variables:
#   REMOVE_VOLUMES: `true` or `false`. By the document.
#   before.containers: the project's containers. By list_project.
#   mount-facts: lines `CONTAINER is`, `CONTAINER from CONTAINER`, `CONTAINER has VOLUME`, `CONTAINER named JSON`.
#     By classify_volumes.
#   classified-volumes: temporary: the lines of the three lists below, each after the list's name. By classify_volumes.
#   own-volumes: volumes that came into being with a container of the project. By classify_volumes.
#   doubtful-volumes: all others, which must be kept. By classify_volumes.
#   unnamed-mounts: lines `VOLUME CONTAINER`: the container has the volume without naming it. By classify_volumes.

# classify_volumes: divides the volumes. Reads before.containers. Writes own-volumes, doubtful-volumes, unnamed-mounts.
# A volume is the project's own if a container has it without naming it, and not from another one by --volumes-from.
# A doubtful one was named by a user, or came from a removed container that may have been any user's.
classify_volumes() {
  empty_lists own-volumes doubtful-volumes unnamed-mounts
  [ "$REMOVE_VOLUMES" = true ] && [ -s "$WORK/before.containers" ] || return 0
  # shellcheck disable=SC2016
  mounts='{''{$id := .ID}}{''{println $id "is"}}{''{range .HostConfig.VolumesFrom}}{''{println $id "from" .}}{''{end}}'
  # shellcheck disable=SC2016
  mounts=$mounts'{''{range .Mounts}}{''{if eq .Type "volume"}}{''{println $id "has" .Name}}{''{end}}{''{end}}'
  # shellcheck disable=SC2016
  mounts=$mounts'{''{range .HostConfig.Binds}}{''{println $id "named" (json .)}}{''{end}}'
  # shellcheck disable=SC2016
  mounts=$mounts'{''{range .HostConfig.Mounts}}{''{println $id "named" (json .Source)}}{''{end}}'
  inspect_all before.containers mount-facts container "$mounts"
  require_described before.containers
  # shellcheck disable=SC2016
  awk '
    # Whether the volume came with the container: all that this one has volumes from exist and lack it.
    # Compose refers to them by identifier. A name may have been that of another container.
    function is_own(id, volume, sources, n) {
      for (n = split(from[id], sources, " "); n > 0; n--)
        if (!(sources[n] in there) || (sources[n], volume) in has) return 0
      return 1
    }
    $2 == "is" { there[$1] }
    # IDENTIFIER or IDENTIFIER:MODE
    $2 == "from" { sub(/:.*/, "", $3); from[$1] = from[$1] " " $3 }
    # As JSON: "NAME" of a mount, "NAME:PATH" and perhaps options of a bind.
    $2 == "named" { if (substr($3, 66, 1) ~ /[:"]/) named[$1, substr($3, 2, 64)] }
    $2 == "has" && NF == 3 && length($3) == 64 && $3 !~ /[^0-9a-f]/ { has[$1, $3] }
    END {
      for (pair in has) {
        split(pair, part, SUBSEP)
        all[part[2]]
        if (pair in named) continue
        print "unnamed-mounts", part[2], part[1]
        if (is_own(part[1], part[2])) own[part[2]]
      }
      for (volume in all) print (volume in own ? "own-volumes" : "doubtful-volumes"), volume
    }' "$WORK/mount-facts" >"$WORK/classified-volumes" || fail_no_space
  check_room
  for kind in own-volumes doubtful-volumes unnamed-mounts; do
    sed -n "s/^$kind //p" "$WORK/classified-volumes" | sort -u >"$WORK/$kind" || fail_no_space
  done
  check_room
}
