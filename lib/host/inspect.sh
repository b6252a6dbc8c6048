# What the Engine says of each object on a list.

# in_batches FILE ARGUMENTS...: the Docker CLI on the lines of a file, if it has any.
run_in_batches() {
  input=$WORK/$1
  shift
  [ -s "$input" ] || return 0
  run_bounded "$STEP_TIMEOUT" xargs -n 100 docker "$@" <"$input"
}

# inspect_all FILE OUTPUT TYPE FORMAT [ID]: writes what the Engine says of each object of a sorted list. An object that vanished
# says nothing; such are in the list `vanished`. One that the Engine cannot describe is added to the list `undescribed`: nothing may be concluded from its
# silence. ID is the field of an object's identifier, where it is not what the CLI calls it.
inspect_all() {
  inspect_code=0
  empty_lists vanished
  id=${5:-'{''{.ID}}'}
  case $3 in volume) id='{''{.Name}}' ;; service) id='{''{printf "%.12s" .ID}}' ;; esac
  # A mark before each answer: what comes out of a template is JSON or begins with an identifier.
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
# The Engine's first complaint about one of `undescribed`.
UNDESCRIBED_ERROR=''

# listing TYPE: prints the arguments of the CLI that list all objects of a type by identifier.
print_list_arguments() {
  case $1 in
  container) echo ps -aq --no-trunc ;;
  image) echo image ls -aq --no-trunc ;;
  network) echo network ls -q --no-trunc ;;
  *) echo "$1" ls -q ;;
  esac
}

# all_described FILE...: whether the Engine described each object of these lists.
are_described() {
  for file; do
    ! comm -12 "$WORK/undescribed" "$WORK/$file" | grep -q . || return 1
  done
}
# need_all FILE...: ends the task where it did not, as something is concluded from each.
require_described() { are_described "$@" || fail engine-error "$UNDESCRIBED_ERROR"; }
