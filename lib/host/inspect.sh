# What the Engine says of each object on a list.
# Lists and variables:
#   OUTPUT: what the Engine answered, in lines of the caller's template. By inspect_all, its caller names the list.
#   vanished: the objects of the last question that do not exist any more. By inspect_all.
#   undescribed: all objects so far that exist but that the Engine cannot describe. By begin_task, inspect_all.
#   UNDESCRIBED_ERROR: the Engine's first complaint about one of `undescribed`, or empty. By inspect_all.
#   cli-error, inspect-error: what the Docker CLI printed to stderr. By inspect_all.
#   marked: temporary: `:: IDENTIFIER` before each answer. By inspect_all.
#   described, silent: temporary: the objects with and without an answer. By inspect_all.
#   existing: temporary: all objects of the type that exist. By inspect_all.
#   refused: temporary: the objects without an answer that exist. By inspect_all.

# run_in_batches LIST ARGUMENTS...: runs the Docker CLI on the lines of LIST, if it has any. Reads LIST, STEP_TIMEOUT.
run_in_batches() {
  input=$WORK/$1
  shift
  [ -s "$input" ] || return 0
  run_bounded "$STEP_TIMEOUT" xargs -n 100 docker "$@" <"$input"
}

# inspect_all LIST OUTPUT TYPE TEMPLATE [ID]: asks about each object. Reads LIST. Writes OUTPUT, vanished, undescribed.
# Nothing may be concluded from the silence of an object in `undescribed`.
# ID is the field of an object's identifier, where the CLI has another name for it.
inspect_all() {
  inspect_code=0
  empty_lists vanished
  id=${5:-'{''{.ID}}'}
  case $3 in volume) id='{''{.Name}}' ;; service) id='{''{printf "%.12s" .ID}}' ;; esac
  # A mark stands before each answer: a template prints JSON, or begins with an identifier.
  run_in_batches "$1" inspect --type "$3" --format ":: $id{""{println}}$4" >"$WORK/marked" 2>"$WORK/cli-error" || inspect_code=$?
  check_room
  sed '/^:: /d' "$WORK/marked" >"$WORK/$2" || fail_no_space
  check_room
  [ "$inspect_code" != 0 ] || return 0
  ! is_time_over || fail_unanswered "$inspect_code"
  cat "$WORK/cli-error"
  sed -n 's/^:: //p' "$WORK/marked" | sort -u >"$WORK/described" || fail_no_space
  comm -23 "$WORK/$1" "$WORK/described" >"$WORK/silent" || fail_no_space
  check_room
  [ -s "$WORK/silent" ] || return 0
  cp "$WORK/cli-error" "$WORK/inspect-error" || fail_no_space
  # shellcheck disable=SC2046
  list_objects existing $(print_list_arguments "$3")
  comm -23 "$WORK/silent" "$WORK/existing" >"$WORK/vanished" || fail_no_space
  comm -12 "$WORK/silent" "$WORK/existing" >"$WORK/refused" || fail_no_space
  check_room
  [ -s "$WORK/refused" ] || return 0
  # The Engine answered the listing, so it is these objects that it cannot describe.
  [ -n "$UNDESCRIBED_ERROR" ] || UNDESCRIBED_ERROR=$(print_complaint inspect-error "$inspect_code")
  sort -u -o "$WORK/undescribed" "$WORK/undescribed" "$WORK/refused" || fail_no_space
  check_room
}

UNDESCRIBED_ERROR=''

# print_list_arguments TYPE: prints the CLI's arguments that list all objects of a type by identifier.
print_list_arguments() {
  case $1 in
  container) echo ps -aq --no-trunc ;;
  image) echo image ls -aq --no-trunc ;;
  network) echo network ls -q --no-trunc ;;
  *) echo "$1" ls -q ;;
  esac
}

# are_described LIST...: whether the Engine described each object of the lists. Reads LIST, undescribed.
are_described() {
  for file; do
    ! comm -12 "$WORK/undescribed" "$WORK/$file" | grep -q . || return 1
  done
}

# require_described LIST...: ends the task unless it did, because something is concluded from each object. Reads LIST.
require_described() { are_described "$@" || fail engine-error "$UNDESCRIBED_ERROR"; }
