# Which objects a task selects.
# Lists and variables:
#   LABELS: `KEY=VALUE`, one a line. By the document.
#   EXCLUDE: shell patterns, one a line. By the document.
#   KEEP_LABEL: constant. By prelude.sh.
#   candidates: objects that the task may remove. By the task's script, and functions here take objects out.
#   kept: all objects with the keep label that the task could remove. By drop_kept.
#   kept.LIST: the objects of LIST with the keep label. By drop_kept.
#   names: lines `IDENTIFIER NAME`. By drop_excluded_names.
#   excluded: candidates that a pattern of EXCLUDE names. By drop_excluded_names.
#   strangers: candidates with an inherited project label. By the task's script, empty otherwise.
#   facts: lines `IDENTIFIER|TIME|TIME|PROJECT`. By judge_objects.
#   kept-projects: see members.sh.
#   vanished, undescribed: see inspect.sh.
#   vanished-candidates: candidates that do not exist any more. By judge_objects.
#   undescribed-candidates: candidates that the Engine cannot describe. By judge_objects.
#   judged: lines `VERDICT IDENTIFIER SECONDS`; VERDICT is `old`, `young` or `kept`. By judge_objects.

# list_labelled LIST ARGUMENTS...: lists the objects that carry all labels. Reads LABELS. Writes LIST.
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

# drop_kept LIST ARGUMENTS...: takes the objects with the keep label out of LIST. Writes LIST, kept.LIST.
# ARGUMENTS make the Docker CLI list such objects.
drop_kept() {
  list_name=$1
  shift
  list_objects kept "$@" --filter "label=$KEEP_LABEL"
  comm -12 "$WORK/$list_name" "$WORK/kept" >"$WORK/kept.$list_name" || fail_no_space
  subtract_list kept "$list_name"
}

# is_excluded NAME: whether a pattern matches the name. Reads EXCLUDE.
is_excluded() (
  IFS=$NEWLINE
  set -f
  for pattern in $EXCLUDE; do
    # shellcheck disable=SC2254  # it is meant as a pattern
    case $1 in $pattern) exit 0 ;; esac
  done
  exit 1
)

# drop_excluded_names TYPE: takes out the candidates that a pattern names. Reads EXCLUDE. Writes candidates, excluded.
# The name of a volume is its identifier.
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

# judge_objects TYPE TEMPLATE: judges each candidate. Reads candidates, strangers, kept-projects. Writes judged.
# The template gives identifier, two times, of which the later counts, and project, with | between.
# A candidate that the Engine cannot describe gets no verdict.
judge_objects() {
  touch "$WORK/strangers"
  list_kept_projects
  inspect_all candidates facts "$1" "$2"
  mv "$WORK/vanished" "$WORK/vanished-candidates" || fail_no_space
  comm -12 "$WORK/undescribed" "$WORK/candidates" >"$WORK/undescribed-candidates" || fail_no_space
  # This also takes out an object that is described only now, because no pattern was compared with its name.
  subtract_list undescribed-candidates candidates
  # shellcheck disable=SC2016
  run_awk '
    FILENAME == ARGV[1] { whole[$0]; next }
    FILENAME == ARGV[2] { candidate[$0]; next }
    FILENAME == ARGV[3] { stranger[$0]; next }
    $1 in candidate {
      project = substr($0, length($1 $2 $3) + 4)
      time = later($2, $3)
      print (project in whole && !($1 in stranger) ? "kept" : young(time) || undated(time) ? "young" : "old"), $1, sprintf("%.6f", time)
    }' "$WORK/kept-projects" "$WORK/candidates" "$WORK/strangers" "$WORK/facts" >"$WORK/judged" || fail_no_space
  check_room
}

# list_judged VERDICT [LIST]: lists the objects with this verdict. Reads judged. Writes LIST, by default named VERDICT.
list_judged() { sed -n "s/^$1 \([^ ]*\).*/\1/p" "$WORK/judged" | sort -u >"$WORK/${2:-$1}" || fail_no_space; }
