# Lists: files in $WORK of identifiers, sorted, one a line.

# list FILE ARGUMENTS...: writes what the Engine answers, sorted. Without the whole answer nothing may be concluded.
list_objects() {
  file=$WORK/$1
  shift
  answer=$(run_docker "$@" 2>"$WORK/cli-error") || fail_unanswered "$?"
  printf '%s\n' "$answer" | sed '/^$/d' | sort -u >"$file" || fail_no_space
  check_room
}

# empty FILE...: there it is then, and nothing in it.
empty_lists() {
  for file; do
    printf '' >"$WORK/$file" || fail_no_space
  done
}

# without FILE FROM: takes the lines of the first sorted file out of the second.
subtract_list() {
  comm -13 "$WORK/$1" "$WORK/$2" >"$WORK/rest" || fail_no_space
  check_room
  mv "$WORK/rest" "$WORK/$2"
}

# lines FILE: how many there are. gone BEFORE AFTER: how many of the first sorted file's are not in the second.
count_lines() { wc -l <"$WORK/$1" | tr -d ' '; }
count_missing() { comm -23 "$WORK/$1" "$WORK/$2" | wc -l | tr -d ' '; }

fail_no_space() { fail no-space "$RUN_DIR cannot be written: is /run full?"; }
# room: whether what was just written can be whole. Not every tool tells that the disk is full, and what is left out of
# a list of what must stay would go. A file that was there before would only get its own space again.
check_room() {
  echo . >"$WORK/room"
  [ -s "$WORK/room" ] || fail_no_space
  rm -f "$WORK/room"
}
