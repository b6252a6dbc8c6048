# Tells apart the volumes of a project's containers whose names are 64 hexadecimal digits. The Engine gives such a name to
# the anonymous ones, which go with their container, and to one that somebody creates without a name, which must never
# go; Compose hands an anonymous one on to a container's successor by that name, as if it were an external one. Neither
# the name nor the Engine's own label com.docker.volume.anonymous tells which is which: that name and that label
# `docker volume create` gives too. So what counts is how a container came by it.

# tell_volumes: into the file `certain` those that came into being with a container of the project, as it has it without
# naming it; `doubtful`, those that a container may have from another one by --volumes-from, which may have named it and
# be gone; `handed`, those that somebody named. And `holdings`, each with who holds it without naming it.
tell_volumes() {
  printf '' | tee "$WORK/certain" "$WORK/doubtful" "$WORK/handed" >"$WORK/holdings" || full
  [ "$REMOVE_VOLUMES" = true ] && [ -s "$WORK/before.containers" ] || return 0
  # shellcheck disable=SC2016
  mounts='{''{$id := .ID}}{''{$how := "own"}}{''{if .HostConfig.VolumesFrom}}{''{$how = "from"}}{''{end}}'
  # shellcheck disable=SC2016
  mounts="$mounts"'{''{range .Mounts}}{''{if eq .Type "volume"}}{''{println $id $how .Name}}{''{end}}{''{end}}'
  # shellcheck disable=SC2016
  mounts="$mounts"'{''{range .HostConfig.Binds}}{''{println $id "named" (json .)}}{''{end}}'
  # shellcheck disable=SC2016
  mounts="$mounts"'{''{range .HostConfig.Mounts}}{''{println $id "named" (json .Source)}}{''{end}}'
  inspect_all before.containers mounts container "$mounts"
  # shellcheck disable=SC2016
  awk '
    function unnamed(name) { return length(name) == 64 && name !~ /[^0-9a-f]/ }
    # As JSON: "NAME" of a mount, "NAME:PATH" and perhaps options of a bind.
    $2 == "named" { if (substr($3, 66, 1) ~ /[:"]/) named[$1, substr($3, 2, 64)]; next }
    NF == 3 && unnamed($3) { how[$1, $3] = $2 }
    END {
      for (pair in how) {
        split(pair, part, SUBSEP)
        if (pair in named) { by_name[part[2]]; continue }
        print "held", part[2], part[1]
        if (how[pair] == "own") certain[part[2]]
        else doubtful[part[2]]
      }
      for (volume in certain) print "certain", volume
      for (volume in by_name) if (!(volume in certain)) print "handed", volume
      for (volume in doubtful) if (!(volume in certain) && !(volume in by_name)) print "doubtful", volume
    }' "$WORK/mounts" >"$WORK/told" || full
  room
  for kind in certain doubtful handed; do
    sed -n "s/^$kind //p" "$WORK/told" | sort -u >"$WORK/$kind" || full
  done
  sed -n 's/^held //p' "$WORK/told" >"$WORK/holdings" || full
  room
}

# foresee_unnamed: into the file `unnamed-left`, of the doubtful volumes those that a dry run takes to be left, as all who
# have them go without their volumes.
foresee_unnamed() {
  awk '
    FILENAME == ARGV[1] { holder[$0]; next }
    !($2 in holder) { print $1 }' "$WORK/holders" "$WORK/holdings" | sort -u |
    comm -13 - "$WORK/doubtful" >"$WORK/unnamed-left" || full
  room
}
