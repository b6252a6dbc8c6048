# What is left of a project after it was taken down, and what that makes of the result.
# KIND is containers, networks or volumes.
# Lists and variables:
#   PROJECT, LABELS, DRY_RUN: the project; labels or empty; `true` or `false`. By the document, compose-down.sh.
#   before.KIND: what there was of the project before. By list_project.
#   after.KIND: what there is after. By list_after, presume_after, read_names.
#   before.all-volumes: the project's volumes before, also those without its label. By count_removed.
#   after.all-volumes: all volumes of the host after. By list_after; in a dry run, those that would be kept, by presume_after.
#   own-volumes, doubtful-volumes: see volumes.sh.
#   removable.KIND: networks and volumes that may be removed. By list_removable.
#   presumed-gone: what a dry run counts as removed, of all projects so far. By presume_after.
#   names.TYPE: lines `IDENTIFIER NAME` of the objects of a type that are left. By read_names, print_reason.
#   complaints.KIND: what the Docker CLI printed to stderr about removals. By stop_containers, remove_project.
#   removed.KIND, removed.all-volumes, removed.project: what was removed of PROJECT. By count_removed.
#   pending.LIST: lines of `accounts` for what is left of a project to try again. By report_all_left.
#   accounts: see objects.sh. By account_for, account_for_pending, count_removed.
#   unnamed-left: volumes that are left and that no name or label leads to. By report_unnamed_left.
#   rest: temporary: a list before it replaces another. By read_names.
#   cli-error: what the Docker CLI printed to stderr for the last question. By read_names.
#   GONE_PROJECTS: names of the projects taken down, each after a space. By count_removed.
#   LEFTOVERS: names of the projects that are not removed completely, with commas. By note_leftovers.
#   PENDING_PROJECTS: names of projects to try again at the end, each after a space. By report_all_left.
#   REFUSAL: the Engine's reason for the first of LEFTOVERS, or empty. By note_leftovers.
#   TIME_OVER: `yes` once the task's time was over, else `no`. By list_after, take_down, take_down_selected.
#   FATE: see project.sh.
#   REMOVED: members of `removed`, as JSON. By report_removed, and count_removed starts it anew.

removed_containers=0 removed_networks=0 removed_volumes=0 GONE_PROJECTS='' LEFTOVERS='' REFUSAL='' PENDING_PROJECTS=''

# list_after: lists what is left of PROJECT. Reads PROJECT. Writes after.KIND, after.all-volumes, TIME_OVER.
# Only what still exists counts, not what the commands printed.
# The task gets a little time for it even after its own is over, because it would not know what was removed.
list_after() {
  ! is_time_over || TIME_OVER=yes
  allow_look
  list_project after
  list_objects after.all-volumes volume ls -q
}

# presume_after: makes the lists of list_after for a dry run. Reads before.KIND, removable.KIND. Writes after.KIND.
# It also writes after.all-volumes, and presumed-gone for the projects that follow.
presume_after() {
  empty_lists after.containers
  for kind in networks volumes; do
    comm -23 "$WORK/before.$kind" "$WORK/removable.$kind" >"$WORK/after.$kind" || fail_no_space
  done
  # A doubtful volume may carry the project's label all the same.
  comm -23 "$WORK/doubtful-volumes" "$WORK/removable.volumes" | sort -u - "$WORK/after.volumes" >"$WORK/after.all-volumes" || fail_no_space
  sort -u -o "$WORK/presumed-gone" "$WORK/presumed-gone" "$WORK/before.containers" "$WORK/removable.networks" "$WORK/removable.volumes" || fail_no_space
  check_room
}

# read_names TYPE: asks the names of what is left. Reads after.KIND. Writes names.TYPE, after.KIND, cli-error.
# It takes out what vanished since it was listed. Any other error does not mean that an object was removed.
read_names() {
  run_in_batches "after.$1s" inspect --type "$1" --format "{""{.ID}} {""{.Name}}" >"$WORK/names.$1" 2>"$WORK/cli-error" && return
  # shellcheck disable=SC2046
  existing=$(run_docker $(print_list_arguments "$1")) || return 0
  printf '%s\n' "$existing" | sort | comm -12 - "$WORK/after.$1s" >"$WORK/rest" &&
    mv "$WORK/rest" "$WORK/after.$1s"
}

# report_left_of TYPE: reports each object of a type that is left. Reads after.KIND, names.TYPE.
# A container that is being removed may have no name any more.
report_left_of() {
  while IFS= read -r id; do
    name=$(sed -n "s/^$id \/*//p" "$WORK/names.$1")
    report_left "$1 ${name:-$(printf '%.12s' "$id")}"
  done <"$WORK/after.$1s"
}

# note_leftovers: notes that PROJECT is not removed completely. Reads after.KIND. Writes LEFTOVERS, REFUSAL.
# REFUSAL gets the complaint about the first kind of object that is left.
note_leftovers() {
  LEFTOVERS="$LEFTOVERS${LEFTOVERS:+, }$PROJECT"
  for kind in containers networks volumes; do
    [ -z "$REFUSAL" ] || return 0
    [ ! -s "$WORK/after.$kind" ] || REFUSAL=$(print_reason "$kind")
  done
}

# print_reason KIND: prints the complaint that explains what is left. Reads complaints.KIND, after.KIND, names.TYPE.
# It prefers a complaint that names an object still there, else takes the first that names no object.
# A complaint about a removed object explains nothing.
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

# account_for_left: notes what is left of PROJECT. Reads after.KIND. Writes accounts.
account_for_left() {
  account_for left container after.containers
  account_for left network after.networks
  account_for left volume after.volumes
}

# account_for_pending: notes what was left of PROJECT when the task put it off. Reads pending.LIST. Writes accounts.
account_for_pending() { cat "$WORK/pending.$PROJECT" >>"$WORK/accounts" || fail_no_space; }

# report_all_left: reports what is left of PROJECT. Reads after.KIND, FATE, TIME_OVER. Writes PENDING_PROJECTS.
report_all_left() {
  cat "$WORK/after.containers" "$WORK/after.networks" "$WORK/after.volumes" | grep -q . || return 0
  # A project that is taken down later may use what is left, so the task tries it again at the end.
  if [ -n "$LABELS" ] && [ "$FATE" = down ] && [ "$TIME_OVER" = no ] && [ ! -s "$WORK/after.containers" ]; then
    PENDING_PROJECTS="$PENDING_PROJECTS $PROJECT"
    { sed 's/^/left network /' "$WORK/after.networks" && sed 's/^/left volume /' "$WORK/after.volumes"; } >"$WORK/pending.$PROJECT" || fail_no_space
    check_room
    return
  fi
  note_leftovers
  account_for_left
  report_left_of container
  report_left_of network
  # A volume has no other name.
  while IFS= read -r name; do
    report_left "volume $name"
  done <"$WORK/after.volumes"
}

# report_unnamed_left: reports volumes left that are hard to find again. Reads after.all-volumes. Writes unnamed-left.
# The project's containers had them, and they carry neither a name nor a label of the project.
# That is not a failure, because a user may want them.
report_unnamed_left() {
  sort -u "$WORK/doubtful-volumes" "$WORK/own-volumes" | comm -12 - "$WORK/after.all-volumes" |
    comm -23 - "$WORK/after.volumes" >"$WORK/unnamed-left" || fail_no_space
  check_room
  account_for left volume unnamed-left
  while read -r volume; do
    log "$volume is left: it may be an anonymous volume of $PROJECT, or the volume of another user"
    report_left "volume $volume"
    warn unnamed-volumes-left
  done <"$WORK/unnamed-left"
}

# count_removed: counts what was removed of PROJECT. Reads before.KIND, after.KIND. Writes GONE_PROJECTS, REMOVED.
count_removed() {
  removed_before=$((removed_containers + removed_networks + removed_volumes))
  sort -u "$WORK/before.volumes" "$WORK/own-volumes" "$WORK/doubtful-volumes" >"$WORK/before.all-volumes" || fail_no_space
  for kind in containers networks all-volumes; do
    comm -23 "$WORK/before.$kind" "$WORK/after.$kind" >"$WORK/removed.$kind" || fail_no_space
  done
  check_room
  account_for_removed container removed.containers
  account_for_removed network removed.networks
  account_for_removed volume removed.all-volumes
  removed_containers=$((removed_containers + $(count_lines removed.containers)))
  removed_networks=$((removed_networks + $(count_lines removed.networks)))
  removed_volumes=$((removed_volumes + $(count_lines removed.all-volumes)))
  # A project counts once, and not if the task removed nothing of what an earlier run had left.
  [ -s "$WORK/after.containers" ] || [ $((removed_containers + removed_networks + removed_volumes)) = "$removed_before" ] ||
    case "$GONE_PROJECTS " in
    *" $PROJECT "*) ;;
    *)
      GONE_PROJECTS="$GONE_PROJECTS $PROJECT"
      printf '%s\n' "$PROJECT" >"$WORK/removed.project" || fail_no_space
      check_room
      account_for_removed project removed.project
      ;;
    esac
  # It counts after each project, so that the result is right even if the next one ends the task.
  REMOVED=''
  # shellcheck disable=SC2086  # names have no spaces
  set -- $GONE_PROJECTS
  report_removed projects $#
  report_removed containers "$removed_containers"
  report_removed volumes "$removed_volumes"
  report_removed networks "$removed_networks"
  [ "$DRY_RUN" = true ] || count_reclaimed
}
