# What there is of a project after it was taken down, and what that makes of the result. What was there before stands in
# the lists `before.KINDs`, and in those that volumes.sh makes.
removed_containers=0 removed_networks=0 removed_volumes=0 GONE_PROJECTS='' LEFTOVERS='' REFUSAL='' PENDING_PROJECTS=''

# What the commands said does not count, only what is still there; to see that, a little time is allowed even
# when the task's own is over or nearly so: without it nothing would be known of what went.
list_after() {
  ! is_time_over || TIME_OVER=yes
  allow_look
  list_project after
  list_objects after.all-volumes volume ls -q
}

# foresee: what a dry run takes for what is there after, and for what is not there any more when others are taken down.
presume_after() {
  empty_lists after.containers
  for kind in networks volumes; do
    comm -23 "$WORK/before.$kind" "$WORK/removable.$kind" >"$WORK/after.$kind" || fail_no_space
  done
  # One that was handed on can have the project's label all the same.
  comm -23 "$WORK/doubtful-volumes" "$WORK/removable.volumes" | sort -u - "$WORK/after.volumes" >"$WORK/after.all-volumes" || fail_no_space
  sort -u -o "$WORK/presumed-gone" "$WORK/presumed-gone" "$WORK/before.containers" "$WORK/removable.networks" "$WORK/removable.volumes" || fail_no_space
  check_room
}

# name_after KIND: asks the names of what is still there. What vanished since it was listed is not there any more; what else
# keeps the Engine from telling a name does not make it gone.
read_names() {
  run_in_batches "after.$1s" inspect --type "$1" --format "{""{.ID}} {""{.Name}}" >"$WORK/names.$1" 2>"$WORK/cli-error" && return
  # shellcheck disable=SC2046
  existing=$(run_docker $(print_list_arguments "$1")) || return 0
  printf '%s\n' "$existing" | sort | comm -12 - "$WORK/after.$1s" >"$WORK/rest" &&
    mv "$WORK/rest" "$WORK/after.$1s"
}

# name_left KIND: names what is still there of it. A container whose removal is under way may have no name any more.
report_left_of() {
  while IFS= read -r id; do
    name=$(sed -n "s/^$id \/*//p" "$WORK/names.$1")
    report_left "$1 ${name:-$(printf '%.12s' "$id")}"
  done <"$WORK/after.$1s"
}

# leftover: notes that not all of PROJECT was removed, and in REFUSAL the Engine's reason for the first such project: its
# complaint about the first kind of object of which some are still there.
note_leftovers() {
  LEFTOVERS="$LEFTOVERS${LEFTOVERS:+, }$PROJECT"
  for kind in containers networks volumes; do
    [ -z "$REFUSAL" ] || return 0
    [ ! -s "$WORK/after.$kind" ] || REFUSAL=$(print_reason "$kind")
  done
}

# explain KIND: prints the first complaint that names an object still there, else the first that names no object by its
# identifier: a complaint about an object that is gone explains nothing.
print_reason() {
  touch "$WORK/names.${1%s}"
  sed -E "/$CLI_WARNING/d; /^ *\$/d" "$WORK/complaints.$1" | awk '
    # The Engine names an object by its name, its identifier or the beginning of that.
    function key(word) { sub(/[.]+$/, "", word); return length(word) == 64 ? substr(word, 1, 12) : word }
    FILENAME == ARGV[1] { still[key($0)]; next }
    FILENAME == ARGV[2] { sub(/^\//, "", $2); named[key($1)] = $2; next }
    FILENAME == ARGV[3] { once[key($0)]; next }
    FNR == 1 { for (id in named) if (id in still) still[named[id]] }
    {
      about = ""
      n = split($0, word, /[^A-Za-z0-9_.-]+/)
      for (i = 1; i <= n; i++) {
        if (key(word[i]) in still) about = "still"
        else if (about == "" && key(word[i]) in once) about = "once"
      }
      if (about == "still") { reason = $0; exit }
      if (about == "" && other == "") other = $0
    }
    END { print reason != "" ? reason : other }' "$WORK/after.$1" "$WORK/names.${1%s}" "$WORK/before.$1" -
}

report_all_left() {
  cat "$WORK/after.containers" "$WORK/after.networks" "$WORK/after.volumes" | grep -q . || return 0
  # One of the projects that come after may use what is left.
  if [ -n "$LABELS" ] && [ "$FATE" = down ] && [ "$TIME_OVER" = no ] && [ ! -s "$WORK/after.containers" ]; then
    PENDING_PROJECTS="$PENDING_PROJECTS $PROJECT"
    return
  fi
  note_leftovers
  report_left_of container
  report_left_of network
  # Its name is all that a volume has.
  while IFS= read -r name; do
    report_left "volume $name"
  done <"$WORK/after.volumes"
}

# name_unnamed_left: names the volumes that the project's containers had and nobody will find again, as they carry neither
# a name nor a label of the project. That is no failure: somebody may want them.
report_unnamed_left() {
  sort -u "$WORK/doubtful-volumes" "$WORK/own-volumes" | comm -12 - "$WORK/after.all-volumes" |
    comm -23 - "$WORK/after.volumes" >"$WORK/unnamed-left" || fail_no_space
  check_room
  while read -r volume; do
    log "$volume is left: it may be an anonymous volume of $PROJECT, or somebody else's"
    report_left "volume $volume"
    warn unnamed-volumes-left
  done <"$WORK/unnamed-left"
}

# add_gone: counts what was there before and is not any more.
count_removed() {
  removed_before=$((removed_containers + removed_networks + removed_volumes))
  removed_containers=$((removed_containers + $(count_missing before.containers after.containers)))
  removed_networks=$((removed_networks + $(count_missing before.networks after.networks)))
  sort -u "$WORK/before.volumes" "$WORK/own-volumes" "$WORK/doubtful-volumes" >"$WORK/before.all-volumes" || fail_no_space
  check_room
  removed_volumes=$((removed_volumes + $(count_missing before.all-volumes after.all-volumes)))
  # What an earlier run had left, and is left again, makes no project gone a second time; nor does the rest of one.
  [ -s "$WORK/after.containers" ] || [ $((removed_containers + removed_networks + removed_volumes)) = "$removed_before" ] ||
    case "$GONE_PROJECTS " in *" $PROJECT "*) ;; *) GONE_PROJECTS="$GONE_PROJECTS $PROJECT" ;; esac
  # Counted at once, so that whatever happens to the next project, this is said.
  REMOVED=''
  # shellcheck disable=SC2086  # names have no spaces
  set -- $GONE_PROJECTS
  report_removed projects $#
  report_removed containers "$removed_containers"
  report_removed volumes "$removed_volumes"
  report_removed networks "$removed_networks"
  [ "$DRY_RUN" = true ] || count_reclaimed
}
