# What the Engine says of each object on a list.

# in_batches FILE ARGUMENTS...: the Docker CLI on the lines of a file, if it has any.
in_batches() {
  input=$WORK/$1
  shift
  [ -s "$input" ] || return 0
  bounded "$STEP_TIMEOUT" xargs -n 100 docker "$@" <"$input"
}

# inspect_all FILE OUTPUT TYPE FORMAT [ID]: writes what the Engine says of each object of a sorted list. An object that vanished
# says nothing; such are in the list `vanished`. One that the Engine cannot describe is added to the list `undescribed`: nothing may be concluded from its
# silence. ID is the field of an object's identifier, where it is not what the CLI calls it.
inspect_all() {
  inspected=0
  empty vanished
  id=${5:-'{''{.ID}}'}
  case $3 in volume) id='{''{.Name}}' ;; service) id='{''{printf "%.12s" .ID}}' ;; esac
  # A mark before each answer: what comes out of a template is JSON or begins with an identifier.
  in_batches "$1" inspect --type "$3" --format ":: $id{""{println}}$4" >"$WORK/marked" 2>"$WORK/unsaid" || inspected=$?
  room
  sed '/^:: /d' "$WORK/marked" >"$WORK/$2" || full
  room
  [ "$inspected" != 0 ] || return 0
  ! expired || unanswered "$inspected"
  cat "$WORK/unsaid"
  sed -n 's/^:: //p' "$WORK/marked" | sort -u >"$WORK/described" || full
  comm -23 "$WORK/$1" "$WORK/described" >"$WORK/silent" || full
  room
  [ -s "$WORK/silent" ] || return 0
  cp "$WORK/unsaid" "$WORK/unsaid.inspect" || full
  # shellcheck disable=SC2046
  list existing $(listing "$3")
  comm -23 "$WORK/silent" "$WORK/existing" >"$WORK/vanished" || full
  comm -12 "$WORK/silent" "$WORK/existing" >"$WORK/refused" || full
  room
  [ -s "$WORK/refused" ] || return 0
  # The Engine answered the listing, so it is these objects that it cannot describe.
  [ -n "$UNDESCRIBED" ] || UNDESCRIBED=$(complaint unsaid.inspect "$inspected")
  sort -u -o "$WORK/undescribed" "$WORK/undescribed" "$WORK/refused" || full
  room
}
# The Engine's first complaint about one of `undescribed`.
UNDESCRIBED=''

# listing TYPE: prints the arguments of the CLI that list all objects of a type by identifier.
listing() {
  case $1 in
  container) echo ps -aq --no-trunc ;;
  image) echo image ls -aq --no-trunc ;;
  network) echo network ls -q --no-trunc ;;
  *) echo "$1" ls -q ;;
  esac
}

# all_described FILE...: whether the Engine described each object of these lists.
all_described() {
  for file; do
    ! comm -12 "$WORK/undescribed" "$WORK/$file" | grep -q . || return 1
  done
}
# need_all FILE...: ends the task where it did not, as something is concluded from each.
need_all() { all_described "$@" || fail engine-error "$UNDESCRIBED"; }
