# Lists and what is done with them. A list is a file in $WORK: sorted identifiers, one a line, unless a table says
# otherwise.
# Lists and variables:
#   cli-error: what the Docker CLI printed to stderr for the last question. By list_objects and other questions.
#   rest: temporary: a list before it replaces another. By subtract_list.
#   room: temporary: tells whether the disk has room. By check_room.

# list_objects LIST ARGUMENTS...: writes what the Docker CLI prints, sorted. Writes LIST, cli-error.
# It ends the task without the whole answer, because nothing can be concluded from a part.
list_objects() {
  file=$WORK/$1
  shift
  answer=$(run_docker "$@" 2>"$WORK/cli-error") || fail_unanswered "$?"
  printf '%s\n' "$answer" | sed '/^$/d' | sort -u >"$file" || fail_no_space
  check_room
}

# empty_lists LIST...: creates or empties the lists. Writes them.
empty_lists() {
  for file; do
    printf '' >"$WORK/$file" || fail_no_space
  done
}

# subtract_list LIST FROM: takes the lines of LIST out of FROM. Reads LIST, FROM. Writes FROM.
subtract_list() {
  comm -13 "$WORK/$1" "$WORK/$2" >"$WORK/rest" || fail_no_space
  check_room
  mv "$WORK/rest" "$WORK/$2"
}

# count_lines LIST: prints how many lines it has. Reads LIST.
count_lines() { wc -l <"$WORK/$1" | tr -d ' '; }

# fail_no_space: ends the task, because a list cannot be written. Reads RUN_DIR.
fail_no_space() { fail no-space "$RUN_DIR cannot be written: is /run full?"; }

# check_room: ends the task if what was just written may be incomplete. Writes room.
# Not every tool reports a full disk. An object missing from a list of what to keep would be removed.
# It writes a new file, because a file that exists would only get its own space again.
check_room() {
  echo . >"$WORK/room"
  [ -s "$WORK/room" ] || fail_no_space
  rm -f "$WORK/room"
}
