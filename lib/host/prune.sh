# What the tasks share that remove objects by label. Settings that they read: LABELS (key=value a line), OLDER_THAN
# (seconds), EXCLUDE (a shell pattern a line).

# remove_old TYPE: removes what is in the file old, in small batches, and puts what the Engine says it removed into the file
# removed.
remove_selected() {
  empty_lists removed said cut-off complaints.remove
  [ "$DRY_RUN" = false ] && [ -s "$WORK/selected" ] || return 0
  xargs -n 20 <"$WORK/selected" >"$WORK/batches" || fail_no_space
  # The loop is the shell's: with timeout in a process group of its own, xargs would go on after a cancelled step.
  while IFS= read -r batch; do
    ! is_time_over || break
    # shellcheck disable=SC2086  # identifiers have no spaces
    try_removal "$batch" "$1" rm $batch || :
  done <"$WORK/batches" >"$WORK/said" 2>"$WORK/complaints.remove"
  check_room
  sort -u "$WORK/said" | comm -12 - "$WORK/selected" >"$WORK/removed"
  count_reclaimed
}

# try IDENTIFIERS COMMAND...: has the Engine remove something. The CLI ends with 1 when the Engine refused; with any other
# code it was cut off, and what it had asked for may be gone without a word of it.
try_removal() {
  targets=$1
  shift
  code=0
  run_docker "$@" || code=$?
  # shellcheck disable=SC2086
  [ "$code" -le 1 ] || [ "$COMMAND_BEGUN" = no ] || printf '%s\n' $targets >>"$WORK/cut-off"
  log_cut_off "$code"
  return "$code"
}
# list_held TYPE FILE: which objects of a list are in use by now, into the file held-now, and adds to the file gone those that
# vanished.
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

# list_held_containers FILE: waits up to 10 s for those that another client removes; a removal that hangs explains nothing.
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
  awk '$2 !~ /^(exited|dead|created|removing)$/ { print $1 }' "$WORK/states" | sort -u >"$WORK/used-now"
}

# add_vanished: what vanished since it was listed is gone.
add_vanished() {
  sort -u -o "$WORK/gone" "$WORK/gone" "$WORK/vanished" || fail_no_space
  check_room
}

# account TYPE: divides what was to be removed and is not in the file removed into the lists `gone` (another client removed it),
# `held-now`, `retagged` (images alone) and `unexplained`.
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
  # So far the result says what the Engine told; the next questions may be too much for it.
  move_cut_off
  [ -s "$WORK/unexplained" ] || return 0
  list_used_now "$1" unexplained
  check_room
  subtract_list gone unexplained
  move_cut_off
  subtract_list used-now unexplained
  subtract_list used-now retagged
  subtract_list retagged unexplained
  # The Engine's reason why one of them is still there stands by its identifier, where it names one.
  read -r first <"$WORK/unexplained" || return 0
  first=${first#sha256:}
  grep -m 1 -F "$(printf '%.12s' "$first")" "$WORK/complaints" >"$WORK/cli-error" || cp "$WORK/complaints" "$WORK/cli-error"
}

# add_cut_off: what vanished in a command that was cut off, that command removed.
move_cut_off() {
  sort -u "$WORK/cut-off" | comm -12 - "$WORK/gone" | sort -u - "$WORK/removed" >"$WORK/removed.all" || fail_no_space
  check_room
  mv "$WORK/removed.all" "$WORK/removed"
  subtract_list removed gone
}

# conclude NAME TYPE: ends the task: of the files old, young and removed it makes the result, which accounts for each
# candidate.
conclude_prune() {
  touch "$WORK/used-candidates" "$WORK/cut-off"
  cat "$WORK"/complaints.* >"$WORK/complaints" 2>/dev/null
  cat "$WORK/complaints"
  [ "$DRY_RUN" = false ] || cp "$WORK/selected" "$WORK/removed" || fail_no_space
  report_removed "$1" "$(count_lines removed)"
  over=no
  ! is_time_over || over=yes
  account_for_selected "$2"
  REMOVED=''
  report_removed "$1" "$(count_lines removed)"
  report_passed_over inUse "$(($(count_lines used-candidates) + $(count_lines used-now)))"
  report_passed_over young "$(count_lines young)"
  report_passed_over kept "$(($(count_lines kept.candidates) + $(grep -c '^kept ' "$WORK/judged")))"
  report_passed_over gone "$(($(count_lines gone) + $(count_lines vanished-candidates)))"
  [ "$2" != image ] || report_passed_over tagged "$(cat "$WORK/tagged" "$WORK/retagged" 2>/dev/null | sort -u | grep -c .)"
  report_passed_over undescribed "$(count_lines undescribed-candidates)"
  if [ "$over" = yes ] && [ -s "$WORK/unexplained" ]; then
    fail deadline "the task's time of $STEP_TIMEOUT s was over; the next run goes on with the rest"
  fi
  [ ! -s "$WORK/unexplained" ] || fail not-removed "$(print_complaint cli-error 1)"
  [ ! -s "$WORK/undescribed" ] || fail engine-error "$UNDESCRIBED_ERROR"
  [ ! -s "$WORK/removed" ] || finish 'done'
  finish nothing
}
