# Tells apart the volumes of a project's containers whose names are 64 hexadecimal digits. The Engine gives such a name to
# the anonymous ones, which go with their container, and to one that somebody creates without a name, which must never
# go; Compose hands an anonymous one on to a container's successor by that name, as if it were an external one. Neither
# the name nor the Engine's own label com.docker.volume.anonymous tells which is which: that name and that label
# `docker volume create` gives too. So what counts is how a container came by it.

# tell_volumes: into the file `certain` those that came into being with a container of the project, as it has it without
# naming it, and not from another one by --volumes-from; `handed`, all others, which must stay: somebody named them, or
# they came from a container that is gone and may have been anybody's. And `held`, each with who has it without naming it.
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
    # Whether it came with the container, as all that this one has volumes from are there and lack it. Compose refers to
    # them by identifier; a name may have been that of another one.
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
