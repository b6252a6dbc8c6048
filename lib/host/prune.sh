# Removes the selected objects of one kind, and accounts for each candidate.
# Lists and variables:
#   DRY_RUN, STEP_TIMEOUT: of this step. By the document.
#   selected: objects to remove. By the task's script.
#   judged, young, kept.candidates, vanished-candidates, undescribed-candidates: see select.sh.
#   used-candidates, tagged: candidates in use; images with a tag. By the task's script.
#   kept.judged: candidates of a kept project. By conclude_prune.
#   tagged.all: images that got a tag. By conclude_prune.
#   used-TYPEs, services: see references.sh.
#   vanished, undescribed: see inspect.sh.
#   containers: identifiers of all containers. By list_used_now.
#   batches: identifiers, 20 a line. By remove_selected.
#   said: what the Docker CLI printed about the removals. By remove_selected.
#   complaints.remove: what it printed to stderr. By remove_selected.
#   complaints.N: what it printed to stderr about images. By remove_batches.
#   complaints: the lines of all `complaints.*`. By conclude_prune.
#   cut-off: objects that a cut-off CLI had to remove, unsorted. By try_removal.
#   removed: selected objects that this task removed. By remove_selected, move_cut_off; in a dry run by conclude_prune.
#   removed.all: temporary: `removed` with the objects of `cut-off`. By move_cut_off.
#   unremoved: selected objects that are not in `removed`. By account_for_selected.
#   unexplained: those that still exist without a known reason. By account_for_selected.
#   gone: those that another client removed. By account_for_selected, add_vanished.
#   used-now: those that are in use by now. By list_used_now.
#   retagged: images among them that have a new tag. By list_used_now_images.
#   existing: all objects of the type that exist. By account_for_selected.
#   states: lines `CONTAINER STATUS`. By list_used_now_containers.
#   cli-error: the complaint that explains the first of `unexplained`. By account_for_selected.
#   REMOVED: members of `removed`, as JSON. By report_removed, and report_selected starts it anew.
#   accounts: see objects.sh. By account_for, and report_selected starts it anew.

# remove_selected TYPE: removes the selected objects in small batches. Reads selected. Writes removed, cut-off.
remove_selected() {
  empty_lists removed said cut-off complaints.remove
  [ "$DRY_RUN" = false ] && [ -s "$WORK/selected" ] || return 0
  xargs -n 20 <"$WORK/selected" >"$WORK/batches" || fail_no_space
  # The shell loops instead of xargs: under timeout, xargs would continue after a cancelled step.
  while IFS= read -r batch; do
    ! is_time_over || break
    # shellcheck disable=SC2086  # identifiers have no spaces
    try_removal "$batch" "$1" rm $batch || :
  done <"$WORK/batches" >"$WORK/said" 2>"$WORK/complaints.remove"
  check_room
  sort -u "$WORK/said" | comm -12 - "$WORK/selected" >"$WORK/removed"
  count_reclaimed
}

# try_removal IDENTIFIERS COMMAND...: removes objects. Writes cut-off.
# The CLI ends with 1 when the Engine refused. With a higher code it was cut off.
# What it had asked for may then be removed without a word of it.
try_removal() {
  targets=$1
  shift
  code=0
  run_docker "$@" || code=$?
  # shellcheck disable=SC2086
  [ "$code" -le 1 ] || printf '%s\n' $targets >>"$WORK/cut-off"
  log_cut_off "$code"
  return "$code"
}

# list_used_now TYPE LIST: lists the objects of LIST that are in use by now. Writes used-now, gone.
list_used_now() {
  case $1 in
  container) list_used_now_containers "$2" ;;
  image) list_used_now_images "$2" ;;
  *)
    list_objects containers ps -aq --no-trunc
    list_references containers
    require_described containers services
    comm -12 "$WORK/$2" "$WORK/used-${1}s" >"$WORK/used-now"
    ;;
  esac
}

# list_used_now_containers LIST: lists the containers of LIST that run. Writes used-now, gone.
# It waits up to 10 s for removals by other clients. A container whose removal hangs counts as neither in use nor removed.
list_used_now_containers() {
  looks=0
  while :; do
    inspect_all "$1" states container '{''{.ID}} {''{.State.Status}}'
    add_vanished
    looks=$((looks + 1))
    read_clock
    grep -q ' removing$' "$WORK/states" || break
    [ "$looks" -lt 10 ] || break
    [ $((NOW + 2)) -lt "$DEADLINE" ] || break
    sleep 1
  done
  # When all containers have vanished, the CLI prints an empty line.
  awk 'NF > 1 && $2 !~ /^(exited|dead|created|removing)$/ { print $1 }' "$WORK/states" | sort -u >"$WORK/used-now"
}

# add_vanished: counts the objects that vanished since they were listed. Reads vanished. Writes gone.
add_vanished() {
  sort -u -o "$WORK/gone" "$WORK/gone" "$WORK/vanished" || fail_no_space
  check_room
}

# account_for_selected TYPE: says why objects were not removed. Writes gone, used-now, retagged, unexplained, cli-error.
account_for_selected() {
  empty_lists used-now retagged gone
  comm -23 "$WORK/selected" "$WORK/removed" >"$WORK/unremoved" || fail_no_space
  cp "$WORK/unremoved" "$WORK/unexplained" || fail_no_space
  check_room
  [ -s "$WORK/unremoved" ] || return 0
  allow_look
  # shellcheck disable=SC2046
  list_objects existing $(print_list_arguments "$1")
  comm -23 "$WORK/unremoved" "$WORK/existing" >"$WORK/gone" || fail_no_space
  comm -12 "$WORK/unremoved" "$WORK/existing" >"$WORK/unexplained" || fail_no_space
  check_room
  # The next questions may end the task. It then reports what the Engine said so far.
  move_cut_off
  [ -s "$WORK/unexplained" ] || return 0
  list_used_now "$1" unexplained
  check_room
  subtract_list gone unexplained
  move_cut_off
  subtract_list used-now unexplained
  subtract_list used-now retagged
  subtract_list retagged unexplained
  # The Engine's reason is on a line with the object's identifier, where the Engine names one.
  read -r first <"$WORK/unexplained" || return 0
  first=${first#sha256:}
  grep -m 1 -F "$(printf '%.12s' "$first")" "$WORK/complaints" >"$WORK/cli-error" || cp "$WORK/complaints" "$WORK/cli-error"
}

# move_cut_off: counts what vanished in a command that was cut off as removed. Reads cut-off. Writes gone, removed.
move_cut_off() {
  sort -u "$WORK/cut-off" | comm -12 - "$WORK/gone" | sort -u - "$WORK/removed" >"$WORK/removed.all" || fail_no_space
  check_room
  mv "$WORK/removed.all" "$WORK/removed"
  subtract_list removed gone
}

# report_selected KIND TYPE: reports what was removed, so far. Reads removed. Writes REMOVED, accounts.
report_selected() {
  REMOVED=''
  empty_lists accounts
  account_for_removed "$2" removed
  report_removed "$1" "$(count_lines removed)"
}

# conclude_prune KIND TYPE: ends the task with a result that accounts for each candidate. Reads all lists of this file.
conclude_prune() {
  touch "$WORK/used-candidates" "$WORK/cut-off"
  cat "$WORK"/complaints.* >"$WORK/complaints" 2>/dev/null
  cat "$WORK/complaints"
  [ "$DRY_RUN" = false ] || cp "$WORK/selected" "$WORK/removed" || fail_no_space
  report_selected "$1" "$2"
  over=no
  ! is_time_over || over=yes
  account_for_selected "$2"
  report_selected "$1" "$2"
  account_for left "$2" unexplained
  list_judged kept kept.judged
  cat "$WORK/tagged" "$WORK/retagged" 2>/dev/null | sort -u >"$WORK/tagged.all" || fail_no_space
  check_room
  report_kept inUse "$2" used-candidates used-now
  report_kept young "$2" young
  report_kept kept "$2" kept.candidates kept.judged
  report_kept gone "$2" gone vanished-candidates
  report_kept tagged "$2" tagged.all
  report_kept undescribed "$2" undescribed-candidates
  report_kept excluded "$2" excluded
  report_kept newest "$2" newest
  report_kept capped "$2" capped
  if [ "$over" = yes ] && [ -s "$WORK/unexplained" ]; then
    fail deadline "the task's time of $STEP_TIMEOUT s was over; the next run continues with the rest"
  fi
  [ ! -s "$WORK/unexplained" ] || fail not-removed "$(print_complaint cli-error 1)"
  [ ! -s "$WORK/undescribed" ] || fail engine-error "$UNDESCRIBED_ERROR"
  [ ! -s "$WORK/removed" ] || finish 'done'
  finish nothing
}
