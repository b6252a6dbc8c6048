# What the tasks share that remove objects by label. Settings that they read: LABELS (key=value a line), OLDER_THAN
# (seconds), EXCLUDE (a shell pattern a line).

# remove_old TYPE: removes what is in the file old, in small batches, and puts what the Engine says it removed into the file
# removed.
remove_old() {
  empty removed said uncertain complaints.remove
  [ "$DRY_RUN" = false ] && [ -s "$WORK/old" ] || return 0
  xargs -n 20 <"$WORK/old" >"$WORK/batches" || full
  # The loop is the shell's: with timeout in a process group of its own, xargs would go on after a cancelled step.
  while IFS= read -r batch; do
    ! expired || break
    # shellcheck disable=SC2086  # identifiers have no spaces
    try "$batch" "$1" rm $batch || :
  done <"$WORK/batches" >"$WORK/said" 2>"$WORK/complaints.remove"
  room
  sort -u "$WORK/said" | comm -12 - "$WORK/old" >"$WORK/removed"
  measured
}

# try IDENTIFIERS COMMAND...: has the Engine remove something. The CLI ends with 1 when the Engine refused; with any other
# code it was cut off, and what it had asked for may be gone without a word of it.
try() {
  doomed=$1
  shift
  code=0
  engine "$@" || code=$?
  # shellcheck disable=SC2086
  [ "$code" -le 1 ] || printf '%s\n' $doomed >>"$WORK/uncertain"
  tell_cut_off "$code"
  return "$code"
}
# list_held TYPE FILE: which objects of a list are in use by now, into the file held-now, and adds to the file gone those that
# vanished.
list_held() {
  case $1 in
  container) list_held_containers "$2" ;;
  image) list_held_images "$2" ;;
  *)
    list containers ps -aq --no-trunc
    list_references containers
    need_all containers services
    comm -12 "$WORK/$2" "$WORK/used-${1}s" >"$WORK/held-now"
    ;;
  esac
}

# list_held_containers FILE: waits up to 10 s for those that another client removes; a removal that hangs explains nothing.
list_held_containers() {
  looks=0
  while :; do
    inspect_all "$1" states container '{''{.ID}} {''{.State.Status}}'
    add_vanished
    looks=$((looks + 1))
    now
    grep -q ' removing$' "$WORK/states" || break
    [ "$looks" -lt 10 ] || break
    [ $((NOW + 2)) -lt "$DEADLINE" ] || break
    sleep 1
  done
  awk '$2 !~ /^(exited|dead|created|removing)$/ { print $1 }' "$WORK/states" | sort -u >"$WORK/held-now"
}

# add_vanished: what vanished since it was listed is gone.
add_vanished() {
  sort -u -o "$WORK/gone" "$WORK/gone" "$WORK/vanished" || full
  room
}

# account TYPE: divides what was to be removed and is not in the file removed into the lists `gone` (another client removed it),
# `held-now`, `retagged` (images alone) and `unexplained`.
account() {
  empty held-now retagged gone
  comm -23 "$WORK/old" "$WORK/removed" >"$WORK/unremoved" || full
  cp "$WORK/unremoved" "$WORK/unexplained" || full
  room
  [ -s "$WORK/unremoved" ] || return 0
  allow_look
  # shellcheck disable=SC2046
  list existing $(listing "$1")
  comm -23 "$WORK/unremoved" "$WORK/existing" >"$WORK/gone" || full
  comm -12 "$WORK/unremoved" "$WORK/existing" >"$WORK/unexplained" || full
  room
  # So far the result says what the Engine told; the next questions may be too much for it.
  add_cut_off
  [ -s "$WORK/unexplained" ] || return 0
  list_held "$1" unexplained
  room
  without gone unexplained
  add_cut_off
  without held-now unexplained
  without held-now retagged
  without retagged unexplained
  # The Engine's reason why one of them is still there stands by its identifier, where it names one.
  read -r first <"$WORK/unexplained" || return 0
  first=${first#sha256:}
  grep -m 1 -F "$(printf '%.12s' "$first")" "$WORK/complaints" >"$WORK/unsaid" || cp "$WORK/complaints" "$WORK/unsaid"
}

# add_cut_off: what vanished in a command that was cut off, that command removed.
add_cut_off() {
  sort -u "$WORK/uncertain" | comm -12 - "$WORK/gone" | sort -u - "$WORK/removed" >"$WORK/removed.all" || full
  room
  mv "$WORK/removed.all" "$WORK/removed"
  without removed gone
}

# conclude NAME TYPE: ends the task: of the files old, young and removed it makes the result, which accounts for each
# candidate.
conclude() {
  touch "$WORK/used-candidates" "$WORK/uncertain"
  cat "$WORK"/complaints.* >"$WORK/complaints" 2>/dev/null
  cat "$WORK/complaints"
  [ "$DRY_RUN" = false ] || cp "$WORK/old" "$WORK/removed" || full
  count "$1" "$(lines removed)"
  over=no
  ! expired || over=yes
  account "$2"
  REMOVED=''
  count "$1" "$(lines removed)"
  passed inUse "$(($(lines used-candidates) + $(lines held-now)))"
  passed young "$(lines young)"
  passed kept "$(($(lines kept.candidates) + $(grep -c '^kept ' "$WORK/judged")))"
  passed gone "$(($(lines gone) + $(lines vanished-candidates)))"
  [ "$2" != image ] || passed tagged "$(cat "$WORK/tagged" "$WORK/retagged" 2>/dev/null | sort -u | grep -c .)"
  passed undescribed "$(lines undescribed-candidates)"
  if [ "$over" = yes ] && [ -s "$WORK/unexplained" ]; then
    fail deadline "the task's time of $STEP_TIMEOUT s was over; the next run goes on with the rest"
  fi
  [ ! -s "$WORK/unexplained" ] || fail not-removed "$(complaint unsaid 1)"
  [ ! -s "$WORK/undescribed" ] || fail engine-error "$UNDESCRIBED"
  [ ! -s "$WORK/removed" ] || finish 'done'
  finish nothing
}
