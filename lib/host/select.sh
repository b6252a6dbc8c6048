# Which objects a task selects.

# labelled FILE ARGUMENTS...: like list, of what carries all the labels.
list_labelled() {
  output=$1
  shift
  IFS=$NEWLINE
  set -f
  for wanted in $LABELS; do
    set -- "$@" --filter "label=$wanted"
  done
  set +f
  unset IFS
  list_objects "$output" "$@"
}

# leave_kept FILE ARGUMENTS...: takes out of a sorted list of candidates what itself carries the keep label.
drop_kept() {
  list_name=$1
  shift
  list_objects kept "$@" --filter "label=$KEEP_LABEL"
  comm -12 "$WORK/$list_name" "$WORK/kept" >"$WORK/kept.$list_name" || fail_no_space
  subtract_list kept "$list_name"
}

# excluded NAME: whether one of the shell patterns in EXCLUDE (one a line) matches.
is_excluded() (
  IFS=$NEWLINE
  set -f
  for pattern in $EXCLUDE; do
    # shellcheck disable=SC2254  # it is meant as a pattern
    case $1 in $pattern) exit 0 ;; esac
  done
  exit 1
)

# leave_excluded_names TYPE: takes out of the candidates what a pattern of EXCLUDE names. A volume's name is its identifier.
drop_excluded_names() {
  empty_lists excluded
  [ -n "$EXCLUDE" ] || return 0
  case $1 in
  volume) sed 's/.*/& &/' "$WORK/candidates" >"$WORK/names" || fail_no_space ;;
  *) inspect_all candidates names "$1" '{''{.ID}} {''{.Name}}' ;;
  esac
  while read -r id name; do
    ! is_excluded "${name#/}" || printf '%s\n' "$id"
  done <"$WORK/names" | sort -u | comm -12 - "$WORK/candidates" >"$WORK/excluded" || fail_no_space
  check_room
  subtract_list excluded candidates
}

# judge TYPE FORMAT: says of each candidate whether it is `old`, `young` or `kept`; one that the Engine cannot describe is
# none of these. The format gives identifier, two times, of which the later counts, and project, with | between; of those in
# the file strangers the project is not their own.
judge_objects() {
  touch "$WORK/strangers"
  list_kept_projects
  inspect_all candidates facts "$1" "$2"
  mv "$WORK/vanished" "$WORK/vanished-candidates" || fail_no_space
  comm -12 "$WORK/undescribed" "$WORK/candidates" >"$WORK/undescribed-candidates" || fail_no_space
  # Also what was described only now: a pattern could not be held against its name.
  subtract_list undescribed-candidates candidates
  # shellcheck disable=SC2016
  run_awk '
    FILENAME == ARGV[1] { whole[$0]; next }
    FILENAME == ARGV[2] { candidate[$0]; next }
    FILENAME == ARGV[3] { stranger[$0]; next }
    $1 in candidate {
      project = substr($0, length($1 $2 $3) + 4)
      time = later($2, $3)
      print (project in whole && !($1 in stranger) ? "kept" : young(time) || undated(time) ? "young" : "old"), $1
    }' "$WORK/kept-projects" "$WORK/candidates" "$WORK/strangers" "$WORK/facts" >"$WORK/judged" || fail_no_space
  check_room
}

# verdict NAME [FILE]: puts the identifiers of what is so judged into a file of that or another name.
list_judged() { sed -n "s/^$1 \([^ ]*\).*/\1/p" "$WORK/judged" | sort -u >"$WORK/${2:-$1}" || fail_no_space; }
