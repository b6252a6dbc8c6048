# Lists: files in $WORK of identifiers, sorted, one a line.

# list FILE ARGUMENTS...: writes what the Engine answers, sorted. Without the whole answer nothing may be concluded.
list() {
  file=$WORK/$1
  shift
  answer=$(engine "$@" 2>"$WORK/unsaid") || unanswered "$?"
  printf '%s\n' "$answer" | sed '/^$/d' | sort -u >"$file" || full
  room
}

# empty FILE...: there it is then, and nothing in it.
empty() {
  for file; do
    printf '' >"$WORK/$file" || full
  done
}

# without FILE FROM: takes the lines of the first sorted file out of the second.
without() {
  comm -13 "$WORK/$1" "$WORK/$2" >"$WORK/rest" || full
  room
  mv "$WORK/rest" "$WORK/$2"
}

# lines FILE: how many there are. gone BEFORE AFTER: how many of the first sorted file's are not in the second.
lines() { wc -l <"$WORK/$1" | tr -d ' '; }
gone() { comm -23 "$WORK/$1" "$WORK/$2" | wc -l | tr -d ' '; }

full() { fail no-space "$RUN_DIR cannot be written: is /run full?"; }
# room: whether what was just written can be whole. Not every tool tells that the disk is full, and what is left out of
# a list of what must stay would go. A file that was there before would only get its own space again.
room() {
  echo . >"$WORK/room"
  [ -s "$WORK/room" ] || full
  rm -f "$WORK/room"
}
