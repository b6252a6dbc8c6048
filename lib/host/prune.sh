# What the tasks share that remove objects by label. Settings that they read: LABELS (key=value a line), OLDER_THAN
# (seconds), EXCLUDE (a shell pattern a line).

# empty FILE...: there it is then, and nothing in it.
empty() {
  for file; do
    printf '' >"$WORK/$file" || full
  done
}

# labelled FILE ARGUMENTS...: like list, of what carries all the labels.
labelled() {
  output=$1
  shift
  IFS=$NEWLINE
  set -f
  for wanted in $LABELS; do
    set -- "$@" --filter "label=$wanted"
  done
  set +f
  unset IFS
  list "$output" "$@"
}

# in_batches FILE ARGUMENTS...: the Docker CLI on the lines of a file, if it has any.
in_batches() {
  input=$WORK/$1
  shift
  [ -s "$input" ] || return 0
  bounded "$STEP_TIMEOUT" xargs -n 100 docker "$@" <"$input"
}

# inspect_all FILE OUTPUT TYPE FORMAT: what the Engine says of each line of a file. Who is gone meanwhile says nothing;
# without all the others nothing may be concluded.
inspect_all() {
  inspected=0
  in_batches "$1" inspect --type "$3" --format "$4" >"$WORK/$2" 2>"$WORK/unsaid" || inspected=$?
  room
  [ "$inspected" != 0 ] || return 0
  ! expired || unanswered
  cat "$WORK/unsaid"
  # 123: of xargs, some command failed.
  if [ "$inspected" != 123 ] || ! grep -qiE "$NO_SUCH" "$WORK/unsaid" || grep -v '^WARNING' "$WORK/unsaid" | grep -qviE "$NO_SUCH"; then
    unanswered
  fi
}
NO_SUCH='no such (image|container|volume|network|object)|network [^ ]+ not found'

# list_references FILE: what the containers on the list refer to, running or stopped, into the files used-volumes and
# used-networks (identifiers). The Engine's own idea of use does not do: to it a volume that came by --volumes-from is
# free until its container has run, and a network while no container on it runs, though none could start without it.
list_references() {
  # shellcheck disable=SC2016
  references='{''{range .Mounts}}{''{if eq .Type "volume"}}v {''{println .Name}}{''{end}}{''{end}}'
  # shellcheck disable=SC2016
  references=$references'{''{range $name, $network := .NetworkSettings.Networks}}n {''{println $name}}n {''{println $network.NetworkID}}{''{end}}'
  inspect_all "$1" references container "$references"
  sed -n 's/^v //p' "$WORK/references" | sort -u >"$WORK/used-volumes" || full
  list networks network ls --no-trunc --format "{""{.ID}} {""{.Name}}"
  # By identifier, by name or, before a container's first start, by a part of an identifier, in the Engine's order: what is
  # a network's name is no part of another one's identifier.
  awk '
    FILENAME == ARGV[1] { if (/^n ./) used[substr($0, 3)]; next }
    { name[$1] = substr($0, length($1) + 2); names[name[$1]] }
    END {
      for (id in name) for (reference in used)
        if (reference == id || reference == name[id] || !(reference in names) && index(id, reference) == 1) print id
    }' "$WORK/references" "$WORK/networks" | sort -u >"$WORK/used-networks" || full
  room
}

# For awk: epoch(TIME), in seconds since 1970, of a time as the Engine writes it, below 0 where it is none;
# later(TIME, TIME); young(SECONDS), whether something of that time is to be left for its age; undated(SECONDS),
# whether it is to be left because nobody knows its age.
CLOCK='
function epoch(text, year, month, days, time, zone) {
  if (!match(text, /[0-9]+-[0-9][0-9]-[0-9][0-9]T/)) return -1
  text = substr(text, RSTART)
  year = substr(text, 1, 4) + 0
  month = substr(text, 6, 2) + 0
  if (month <= 2) { year--; month += 12 }
  days = 365 * year + int(year / 4) - int(year / 100) + int(year / 400)
  days += int((153 * (month - 3) + 2) / 5) + substr(text, 9, 2) - 719469
  time = days * 86400 + substr(text, 12, 2) * 3600 + substr(text, 15, 2) * 60 + substr(text, 18, 2)
  if (match(text, /\.[0-9]+/)) time += substr(text, RSTART, RLENGTH)
  if (match(text, /[+-][0-9][0-9]:[0-9][0-9]/)) {
    zone = substr(text, RSTART + 1, 2) * 3600 + substr(text, RSTART + 4, 2) * 60
    time += substr(text, RSTART, 1) == "-" ? zone : -zone
  }
  return time
}
function later(one, other) { one = epoch(one); other = epoch(other); return one > other ? one : other }
function young(time) { return older > 0 && time >= limit }
function undated(time) { return older > 0 && time < 0 }
'
# with_clock PROGRAM FILE...: awk with those; fields are separated by |.
with_clock() {
  program=$CLOCK$1
  shift
  awk -F '|' -v limit="$(($(date +%s) - OLDER_THAN))" -v older="$OLDER_THAN" "$program" "$@"
}

# leave_kept FILE ARGUMENTS...: takes out of a sorted list of candidates what itself carries the keep label.
leave_kept() {
  candidates=$1
  shift
  list kept "$@" --filter "label=$KEEP_LABEL"
  comm -12 "$WORK/$candidates" "$WORK/kept" >"$WORK/kept.$candidates" || full
  without kept "$candidates"
}

# project_of LABELS: a template of the Compose project in an object's labels, as JSON, so that nothing in it can be
# taken for something else.
project_of() { printf '{''{json (index %s "%s")}''}' "$1" "$PROJECT_LABEL"; }

# list_kept_projects: the projects one of whose containers carries the keep label; they stay whole, for any task.
list_kept_projects() {
  list kept-projects ps -a --filter "label=$KEEP_LABEL" --filter "label=$PROJECT_LABEL" \
    --format "{""{json (.Label \"$PROJECT_LABEL\")}""}"
}

# excluded NAME: whether one of the shell patterns in EXCLUDE (one a line) matches.
excluded() (
  IFS=$NEWLINE
  set -f
  for pattern in $EXCLUDE; do
    # shellcheck disable=SC2254  # it is meant as a pattern
    case $1 in $pattern) exit 0 ;; esac
  done
  exit 1
)

# leave_excluded_names TYPE FORMAT: takes out of the candidates what a pattern of EXCLUDE names; the format gives identifier and
# name.
leave_excluded_names() {
  empty excluded
  [ -n "$EXCLUDE" ] || return 0
  inspect_all candidates names "$1" "$2"
  while read -r id name; do
    ! excluded "${name#/}" || printf '%s\n' "$id"
  done <"$WORK/names" | sort -u | comm -12 - "$WORK/candidates" >"$WORK/excluded" || full
  room
  without excluded candidates
}

# judge TYPE FORMAT: says of each candidate whether it is `old`, `young` or `kept`. The format gives identifier, two
# times, of which the later counts, and project, with | between.
judge() {
  list_kept_projects
  inspect_all candidates facts "$1" "$2"
  # shellcheck disable=SC2016
  with_clock '
    FILENAME == ARGV[1] { whole[$0]; next }
    FILENAME == ARGV[2] { candidate[$0]; next }
    $1 in candidate {
      project = substr($0, length($1 $2 $3) + 4)
      time = later($2, $3)
      print (project in whole ? "kept" : young(time) || undated(time) ? "young" : "old"), $1
    }' "$WORK/kept-projects" "$WORK/candidates" "$WORK/facts" >"$WORK/judged" || full
  room
}

# verdict NAME [FILE]: puts the identifiers of what is so judged into a file of that or another name.
verdict() { sed -n "s/^$1 \([^ ]*\).*/\1/p" "$WORK/judged" | sort -u >"$WORK/${2:-$1}" || full; }

# remove_old ARGUMENTS...: removes what is in the file old, in small batches, and puts what went into the file removed.
remove_old() {
  empty removed
  [ "$DRY_RUN" = false ] && [ -s "$WORK/old" ] || return 0
  xargs -n 20 <"$WORK/old" >"$WORK/batches" || full
  # The loop is the shell's: with timeout in a process group of its own, xargs would go on after a cancelled step.
  while IFS= read -r batch; do
    # shellcheck disable=SC2086  # identifiers have no spaces
    engine "$@" $batch
  done <"$WORK/batches" >"$WORK/said" 2>"$WORK/complaints.remove"
  room
  sort -u "$WORK/said" | comm -12 - "$WORK/old" >"$WORK/removed"
  measured
}

# complaints OPTION PATTERN: the Engine's complaints that match, as grep takes it.
complaints() { grep -v '^WARNING' "$WORK/complaints" | grep -iE 'error|cannot|no such' | grep -iE "$@"; }

# conclude NAME: ends the task: of the files old, young, removed and of the Engine's complaints it makes the result.
conclude() {
  touch "$WORK/used-candidates" "$WORK/complaints.judge"
  cat "$WORK"/complaints.* >"$WORK/complaints"
  cat "$WORK/complaints"
  conflict='conflict: unable to|is in use|active endpoint|running container|is running: stop|already in progress'
  [ "$DRY_RUN" = false ] || cp "$WORK/old" "$WORK/removed" || full
  count "$1" "$(lines removed)"
  passed inUse "$(($(lines used-candidates) + $(complaints "$conflict" | grep -vc 'in multiple repositories')))"
  passed young "$(lines young)"
  passed kept "$(($(lines kept.candidates) + $(grep -c '^kept ' "$WORK/judged")))"
  passed gone "$(complaints -c "$NO_SUCH")"
  if expired && [ "$(gone old removed)" -gt 0 ]; then
    fail deadline "the task's time of $STEP_TIMEOUT s was over; the next run goes on with the rest"
  fi
  refusal=$(complaints -v -m 1 "$NO_SUCH|$conflict")
  [ -z "$refusal" ] || fail not-removed "$refusal"
  [ ! -s "$WORK/removed" ] || finish 'done'
  finish nothing
}
