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

# need_services: ends the task where the swarm of this host does not tell what its services use.
need_services() {
  case $SWARM in
  '' | inactive | active) ;;
  *) fail engine-error "the swarm is $SWARM: its services cannot be listed, see docker info" ;;
  esac
}

# list_references FILE: what the containers on the list refer to, running or stopped, and the services of a swarm, into the
# files used-volumes and used-networks (identifiers). The Engine's own idea of use does not do: to it a volume that came by
# --volumes-from is free until its container has run, and a network while no container on it runs, though none could start
# without it; and a service holds what none of its containers on this host needs yet.
list_references() {
  # shellcheck disable=SC2016
  references='{''{range .Mounts}}{''{if eq .Type "volume"}}v {''{println .Name}}{''{end}}{''{end}}'
  # shellcheck disable=SC2016
  references=$references'{''{range $name, $network := .NetworkSettings.Networks}}n {''{println $name}}n {''{println $network.NetworkID}}{''{end}}'
  inspect_all "$1" references container "$references"
  empty services
  need_services
  if [ "$MANAGER" = true ]; then
    list services service ls -q
    references='{''{range .Spec.TaskTemplate.Networks}}n {''{println .Target}}{''{end}}'
    references=$references'{''{with .Spec.TaskTemplate.ContainerSpec}}{''{range .Mounts}}{''{if eq .Type "volume"}}v {''{println .Source}}{''{end}}{''{end}}{''{end}}'
    inspect_all services held-by-services service "$references"
    cat "$WORK/held-by-services" >>"$WORK/references" || full
  fi
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
  awk -F '|' -v limit="$(($(date +%s) - OLDER_THAN))" -v older="$OLDER_THAN" -v mounted="${MOUNTED_BEFORE:-}" "$program" "$@"
}

# leave_kept FILE ARGUMENTS...: takes out of a sorted list of candidates what itself carries the keep label.
leave_kept() {
  candidates=$1
  shift
  list kept "$@" --filter "label=$KEEP_LABEL"
  comm -12 "$WORK/$candidates" "$WORK/kept" >"$WORK/kept.$candidates" || full
  without kept "$candidates"
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

# leave_excluded_names TYPE: takes out of the candidates what a pattern of EXCLUDE names. A volume's name is its identifier.
leave_excluded_names() {
  empty excluded
  [ -n "$EXCLUDE" ] || return 0
  case $1 in
  volume) sed 's/.*/& &/' "$WORK/candidates" >"$WORK/names" || full ;;
  *) inspect_all candidates names "$1" '{''{.ID}} {''{.Name}}' ;;
  esac
  while read -r id name; do
    ! excluded "${name#/}" || printf '%s\n' "$id"
  done <"$WORK/names" | sort -u | comm -12 - "$WORK/candidates" >"$WORK/excluded" || full
  room
  without excluded candidates
}

# judge TYPE FORMAT: says of each candidate whether it is `old`, `young` or `kept`; one that the Engine cannot describe is
# none of these. The format gives identifier, two times, of which the later counts, and project, with | between; of those in
# the file strangers the project is not their own.
judge() {
  touch "$WORK/strangers"
  list_kept_projects
  inspect_all candidates facts "$1" "$2"
  mv "$WORK/vanished" "$WORK/vanished-candidates" || full
  comm -12 "$WORK/undescribed" "$WORK/candidates" >"$WORK/undescribed-candidates" || full
  # Also what was described only now: a pattern could not be held against its name.
  without undescribed-candidates candidates
  # shellcheck disable=SC2016
  with_clock '
    FILENAME == ARGV[1] { whole[$0]; next }
    FILENAME == ARGV[2] { candidate[$0]; next }
    FILENAME == ARGV[3] { stranger[$0]; next }
    $1 in candidate {
      project = substr($0, length($1 $2 $3) + 4)
      time = later($2, $3)
      print (project in whole && !($1 in stranger) ? "kept" : young(time) || undated(time) ? "young" : "old"), $1
    }' "$WORK/kept-projects" "$WORK/candidates" "$WORK/strangers" "$WORK/facts" >"$WORK/judged" || full
  room
}

# verdict NAME [FILE]: puts the identifiers of what is so judged into a file of that or another name.
verdict() { sed -n "s/^$1 \([^ ]*\).*/\1/p" "$WORK/judged" | sort -u >"$WORK/${2:-$1}" || full; }

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
tell_cut_off() { [ "$1" -le 1 ] || echo "the Docker CLI ended with code $1" >&2; }

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
