# Takes down Compose projects: one, by PROJECT or by DIRECTORY and FILES (a path a line), or all that carry the LABELS and
# are older than OLDER_THAN, without those that a pattern of EXCLUDE names; see project.sh for how.

FILES_UNUSABLE='' PROFILES='' REAL_DIRECTORY=$DIRECTORY

# unusable REASON MESSAGE: Compose can do nothing with the directory or its files. A project whose name is given is taken down
# by that, and the Engine stops it; without the name it is not known what was meant.
reject_files() {
  ! is_time_over || fail deadline "the task's time of $STEP_TIMEOUT s was over before Compose had read its files"
  [ -n "$PROJECT" ] || fail "$1" "$2"
  log "$2"
  warn "$1"
  FILES_UNUSABLE=yes
}

# reach PATH COMMAND REASON MESSAGE: runs a command on a path of the user's, whose file system may not answer; without
# success the path is unusable.
check_path() {
  code=0
  run_bounded 10 sh -c "$2" sh "$1" >"$WORK/path-output" 2>/dev/null || code=$?
  [ "$code" != 0 ] || return 0
  # Such codes come from timeout and from signals.
  if [ "$code" -ge 124 ]; then
    reject_files directory-unanswered "the file system of $1 has not answered for 10 s"
  else
    reject_files "$3" "$4"
  fi
  return 1
}

# check_directory: sets REAL, the directory without symbolic links.
check_directory() {
  # shellcheck disable=SC2016
  check_path "$DIRECTORY" 'cd "$1" && pwd -P' directory-missing "there is no directory $DIRECTORY on this host" || return 0
  REAL_DIRECTORY=$(cat "$WORK/path-output")
  IFS=$NEWLINE
  set -f
  for file in $FILES; do
    # shellcheck disable=SC2016
    check_path "$file" '[ -f "$1" ]' compose-file-missing "there is no Compose file $file on this host" || break
  done
  set +f
  unset IFS
  [ "$COMPOSE" = none ] || [ -n "$FILES_UNUSABLE" ] || check_files
}

check_files() {
  # With all profiles, so that the hooks of all services run; some files are right only without.
  for PROFILES in '*' ''; do
    code=0
    read_clock
    patience=$((NOW + 30))
    run_compose_on_files 30 config -q || code=$?
    [ "$code" != 0 ] || return 0
    read_clock
    # A file that another one names may never answer.
    [ "$NOW" -lt "$patience" ] || {
      reject_files directory-unanswered "Compose has not read the files in $DIRECTORY within 30 s"
      return
    }
  done
  [ "$code" -lt 124 ] || {
    reject_files compose-file-invalid "Compose ended with code $code when it read the files in $DIRECTORY"
    return
  }
  # shellcheck disable=SC2016
  [ -n "$FILES" ] || check_path "$DIRECTORY" 'cd "$1" && for name in compose.yaml compose.yml docker-compose.yml docker-compose.yaml; do
    [ ! -f "$name" ] || exit 0; done; exit 1' compose-file-missing "Compose finds no file in $DIRECTORY" || return 0
  reject_files compose-file-invalid "Compose refuses the files in $DIRECTORY$(print_fault): run docker compose config -q there"
}

# fault: prints where Compose found a fault, the service and the key or the line, and nothing of what stands there: a value may
# be a password. Compose quotes values, and before the first quote there is none: seen with 1.29, whose words for a fault these
# are, 2.26 and 2.40. Of other words nothing is printed.
print_fault() {
  awk -F '["\047\140]' '
    $1 ~ / format for $/ && $3 ~ /^ option in [a-z]+ $/ && $2 $4 ~ /^[A-Za-z0-9_.-]+$/ {
      split($3, word, " ")
      place = word[3] "s." $4 "." $2
    }
    !place && match(" " $1, / (services|volumes|networks|secrets|configs)(\.[A-Za-z0-9_-]+)+/) { place = substr($1, RSTART, RLENGTH - 1) }
    !place && match($1, /line [0-9]+/) { place = substr($1, RSTART, RLENGTH) }
    !place && match($3, /^, line [0-9]+/) { place = substr($3, 3, RLENGTH - 2) }
    place { print " at " substr(place, 1, 80); exit }' "$WORK/compose-said"
}

# json TEXT: prints a text as the CLI prints one in JSON.
print_json() { printf '"%s"\n' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g; s/</\\u003c/g; s/>/\\u003e/g; s/&/\\u0026/g')"; }

# from_directory FILE: prints its path from the task's directory, with a .. for each folder up. Through a symbolic link .. leads
# elsewhere, so there it prints the path itself.
print_relative_path() {
  path=$1 base=${DIRECTORY%/} up=''
  if [ "$REAL_DIRECTORY" = "$DIRECTORY" ]; then
    while [ -n "$base" ] && [ "${1#"$base"/}" = "$1" ]; do
      base=${base%/*}
      up=../$up
    done
    path=$up${1#"$base"/}
  fi
  printf '%s\n' "$path"
}

# check_origins: a task that has a directory selects what was started from it, and from just the FILES where it has any. Sets
# PROJECT, whose name is what its containers say: every Compose derives another one from a directory. A name that was also
# started from elsewhere is ambiguous, and nothing of it is removed.
check_origins() {
  # In JSON, so that nothing in a label can be taken for something else.
  facts="{""{if $COMPOSE_MADE}}{""{\$id := .ID}}{""{println \$id \"name\" (json (.Label \"$PROJECT_LABEL\"))}}"
  facts="$facts{""{println \$id \"home\" (json (.Label \"$PROJECT_LABEL.working_dir\"))}}"
  facts="$facts{""{println \$id \"files\" (json (.Label \"$PROJECT_LABEL.config_files\"))}}{""{end}}"
  list_objects start-facts ps -a --no-trunc --filter "label=$PROJECT_LABEL${PROJECT:+=$PROJECT}" --format "$facts"
  cut -d ' ' -f 1 "$WORK/start-facts" | sort -u >"$WORK/started-containers" || fail_no_space
  drop_copies started-containers
  require_described started-containers
  # Compose may have been started through a symbolic link, or not; version 1 writes files as they were given.
  given=0
  {
    printf 'home %s\n' "$(print_json "$DIRECTORY")" "$(print_json "$REAL_DIRECTORY")"
    IFS=$NEWLINE
    set -f
    for file in $FILES; do
      given=$((given + 1))
      inside=${file#"$DIRECTORY"/}
      for spelling in "$file" "$inside" "$REAL_DIRECTORY/$inside" "$(print_relative_path "$file")"; do
        printf 'file %s %s\n' "$given" "$(print_json "$spelling")"
      done
    done
    set +f
    unset IFS
  } >"$WORK/wanted"
  check_room
  # A line for each container: its project, whether it was started from there, and from where, as JSON or none.
  awk -v count="$given" '
    FILENAME == ARGV[1] && $1 == "home" { homes[substr($0, 6)]; next }
    # Without its quotes: of several files the label is one text.
    FILENAME == ARGV[1] { text = substr($0, length($1 $2) + 4); spelt[substr(text, 1, length(text) - 1)] = $2; next }
    FILENAME == ARGV[2] { starter[$1]; next }
    !($1 in starter) { next }
    { value = substr($0, length($1 $2) + 3) }
    $2 == "name" { name[$1] = value }
    $2 == "home" { home[$1] = value }
    $2 == "files" { files[$1] = value }
    # Whether a label names each of the wanted files, separated by commas, and no other; a name may have a comma too.
    function just_wanted(label, file, next_file, met, found) {
      split("", met)
      for (label = substr(label, 2, length(label) - 2) ","; label != ""; label = substr(label, length(next_file) + 2)) {
        next_file = ""
        for (file in spelt) if (length(file) > length(next_file) && index(label, file ",") == 1) next_file = file
        if (next_file == "") return 0
        if (!(spelt[next_file] in met)) { met[spelt[next_file]]; found++ }
      }
      return found == count
    }
    # The directory, or the files in it where it is that of the task.
    function origin(home, label, folder, at) {
      if (home == "\"\"") return "an unknown directory"
      if (!(home in homes)) return home
      folder = substr(home, 2, length(home) - 2) "/"
      while ((at = index(label, folder)) > 0) label = substr(label, 1, at - 1) substr(label, at + length(folder))
      return label
    }
    END {
      for (id in name) {
        # No Compose gives such a name.
        if (name[id] !~ /^"[a-z0-9][a-z0-9_-]*"$/) continue
        own = home[id] in homes && (count == 0 || just_wanted(files[id]))
        print substr(name[id], 2, length(name[id]) - 2), own ? "own" : "other", origin(home[id], files[id])
      }
    }' "$WORK/wanted" "$WORK/started-containers" "$WORK/start-facts" | sort -u >"$WORK/origins" || fail_no_space
  check_room
  while read -r name whose _; do
    [ "$whose" = own ] || continue
    case $PROJECT in
    '' | "$name") PROJECT=$name ;;
    *) fail ambiguous-project "both $PROJECT and $name were started from $DIRECTORY: give the project's name" ;;
    esac
  done <"$WORK/origins"
  [ -n "$PROJECT" ] || finish nothing '' "no Compose project's containers were started from $DIRECTORY${FILES:+ with these files alone}"
  elsewhere=$(sed -n "s/^$PROJECT other //p" "$WORK/origins" | head -n 1 | cut -c 1-60)
  [ -n "$elsewhere" ] || return 0
  here=$(print_json "$DIRECTORY" | cut -c 1-60)
  [ -z "$FILES" ] || here="$here with $(printf '%s\n' "$FILES" | sed 's/.*\///' | tr '\n' ' ' | cut -c 1-40)"
  fail ambiguous-project "$PROJECT was started from $elsewhere, the task is for $here: project alone takes down both"
}

# select_projects [NAME]: a project whose containers all carry the labels, the youngest of them old enough. Of one that has
# no containers the volumes count, as they hold data, and of one that has none either, the networks.
select_projects() {
  selection_filter=label=$PROJECT_LABEL${1:+=$1} COMMITTED_LISTED=''
  # What Compose did not create has no say.
  list_members all.container -a --filter "$selection_filter"
  list_labelled labelled.all ps -aq --no-trunc --filter "$selection_filter"
  comm -12 "$WORK/labelled.all" "$WORK/all.container" >"$WORK/labelled.container" || fail_no_space
  empty_lists labelled.all
  if [ -n "${1:-}" ] && [ -s "$WORK/all.container" ]; then
    # Its containers alone speak for a project that has some.
    empty_lists all.volume labelled.volume all.network labelled.network
  else
    list_objects_of_kind volume volume ls -q
    list_objects_of_kind network network ls -q --no-trunc
  fi
  inspect_all all.container facts.container container "{""{.ID}}|{""{json .Created}}|$(print_project_template .Config.Labels)"
  inspect_all all.volume facts.volume volume "{""{.Name}}|{""{json .CreatedAt}}|$(print_project_template .Labels)"
  inspect_all all.network facts.network network "{""{.ID}}|{""{json .Created}}|$(print_project_template .Labels)"
  list_undescribed_objects
  cat "$WORK"/labelled.* >"$WORK/labelled" || fail_no_space
  # shellcheck disable=SC2016
  run_awk '
    FILENAME == ARGV[1] { labelled[$1]; next }
    # An object that the Engine cannot describe is there all the same, and may be young.
    FILENAME == ARGV[5] {
      project = substr($0, length($1 $2) + 3)
      projects[project]
      all[ARGV[$1], project]++
      if ($2 == "labelled") ours[ARGV[$1], project]++
      blind[ARGV[$1], project]
      next
    }
    {
      project = substr($0, length($1 $2) + 3)
      # No Compose gives a project another name.
      if (project !~ /^"[a-z0-9][a-z0-9_-]*"$/) next
      projects[project]
      kind = FILENAME
      all[kind, project]++
      if ($1 in labelled) ours[kind, project]++
      time = epoch($2)
      if (young(time) || undated(time)) fresh[kind, project]
    }
    END {
      for (project in projects) {
        for (i = 2; i < 4 && !((ARGV[i], project) in all); i++);
        if (!((ARGV[i], project) in ours)) continue
        verdict = "old"
        for (j = i; j < 5; j++) if ((i == j || i > 2) && (ARGV[j], project) in fresh) verdict = "young"
        for (j = 2; j < 5; j++) if ((ARGV[j], project) in blind) verdict = "undescribed"
        if (ours[ARGV[i], project] < all[ARGV[i], project]) verdict = "unlabelled"
        print verdict, substr(project, 2, length(project) - 2)
      }
    }' "$WORK/labelled" "$WORK/facts.container" "$WORK/facts.volume" "$WORK/facts.network" "$WORK/undescribed-objects" >"$WORK/judged" || fail_no_space
  check_room
  list_judged old selected
  list_judged undescribed undescribed-projects
  drop_excluded_projects undescribed-projects
  drop_excluded_projects selected
  grep -v '^undescribed ' "$WORK/judged" >>"$WORK/verdicts" || [ $? = 1 ] || fail_no_space
  sed 's/^/undescribed /' "$WORK/undescribed-projects" >>"$WORK/verdicts" || fail_no_space
}

# leave_excluded_projects FILE: takes out of a list of projects those that a pattern of EXCLUDE names, into the file excluded.
drop_excluded_projects() {
  # shellcheck disable=SC2013  # names have no spaces
  for name in $(cat "$WORK/$1"); do
    ! is_excluded "$name" || printf '%s\n' "$name"
  done >"$WORK/excluded" || fail_no_space
  subtract_list excluded "$1"
}

# list_undescribed_objects: a line `KIND|LABELLED|PROJECT` for each object that the Engine cannot describe: the number of its
# file of facts, whether it carries the labels, and its project, as JSON.
list_undescribed_objects() {
  empty_lists undescribed-objects
  number=1
  for kind in container volume network; do
    number=$((number + 1))
    ! are_described "all.$kind" || continue
    case $kind in
    container) set -- ps -a --no-trunc ;;
    volume) set -- volume ls ;;
    network) set -- network ls --no-trunc ;;
    esac
    id='{''{.ID}}'
    [ "$kind" != volume ] || id='{''{.Name}}'
    list_objects projects-of "$@" --filter "$selection_filter" --format "$id {""{json (.Label \"$PROJECT_LABEL\")}}"
    comm -12 "$WORK/undescribed" "$WORK/all.$kind" >"$WORK/undescribed-of-kind" || fail_no_space
    awk -v number="$number" '
      FILENAME == ARGV[1] { silent[$0]; next }
      FILENAME == ARGV[2] { labelled[$0]; next }
      $1 in silent { print number "|" ($1 in labelled ? "labelled" : "plain") "|" substr($0, length($1) + 2) }
    ' "$WORK/undescribed-of-kind" "$WORK/labelled.$kind" "$WORK/projects-of" >>"$WORK/undescribed-objects" || fail_no_space
  done
  check_room
}

# list_candidates KIND ARGUMENTS...: what belongs to a project, and what of it carries the labels. A name that no shell
# could take for one word is a plug-in's volume, and never removed: it has no say.
list_objects_of_kind() {
  kind=$1
  shift
  list_labelled "labelled.$kind" "$@" --filter "$selection_filter"
  list_objects "all.$kind" "$@" --filter "$selection_filter"
  grep -xE '[a-zA-Z0-9][a-zA-Z0-9_.-]*' "$WORK/all.$kind" >"$WORK/plain-names" || [ $? = 1 ] || fail_no_space
  check_room
  mv "$WORK/plain-names" "$WORK/all.$kind"
}

# tell_passed: how many projects were left alone so far, the first time they were judged or when their turn came.
report_passed_projects() {
  PASSED_OVER=''
  for verdict in young unlabelled undescribed; do
    report_passed_over "$verdict" "$(grep -c "^$verdict " "$WORK/verdicts")"
  done
  report_passed_over excluded "$excluded_count"
  report_passed_over kept "$KEPT_COUNT"
}

take_down_selected() {
  select_projects
  excluded_count=$(count_lines excluded)
  report_passed_projects
  taken_down=''
  TIME_OVER=no
  # shellcheck disable=SC2013
  for PROJECT in $(cat "$WORK/selected"); do
    [ -z "$taken_down" ] || ! is_time_over || TIME_OVER=yes
    [ "$TIME_OVER" = no ] || break
    # Those before may have taken minutes: what was deployed anew meanwhile is not what was selected.
    if [ -n "$taken_down" ] && [ "$DRY_RUN" = false ]; then
      select_projects "$PROJECT"
      grep -qxF "$PROJECT" "$WORK/selected" || continue
    fi
    take_down
    case $FATE in
    kept) KEPT_COUNT=$((KEPT_COUNT + 1)) ;;
    down) taken_down="$taken_down${taken_down:+, }$PROJECT" ;;
    esac
  done
  # Whoever used a network or a volume of another one is gone only now.
  for PROJECT in $PENDING_PROJECTS; do
    ! is_time_over || TIME_OVER=yes
    if [ "$TIME_OVER" = no ]; then take_rest; else note_leftovers; fi
  done
  report_passed_projects
  [ -n "$taken_down" ] || require_described_projects
  [ -n "$taken_down" ] || finish nothing '' 'no project that carries the labels is to be taken down'
  conclude_down "$taken_down"
}

# need_projects: ends the task where a project was passed over, as the Engine cannot describe what decides about it.
require_described_projects() { ! grep -q '^undescribed ' "$WORK/verdicts" || fail engine-error "$UNDESCRIBED_ERROR"; }

# conclude_down NAMES
conclude_down() {
  if [ -n "$LEFTOVERS" ]; then
    [ "$TIME_OVER" = no ] || fail deadline "the task's time of $STEP_TIMEOUT s was over before all of $LEFTOVERS was gone"
    require_described other-containers services
    [ "$DRY_RUN" = false ] || fail leftovers "not all of $LEFTOVERS would go: others use what is left"
    fail leftovers "not all of $LEFTOVERS is gone: ${REFUSAL:-others use what is left}"
  fi
  [ "$TIME_OVER" = no ] || fail deadline "the task's time of $STEP_TIMEOUT s was over; the next run goes on with the rest"
  require_described_projects
  [ "$DRY_RUN" = false ] || finish 'done' '' "would take down $1"
  finish 'done' '' "took down $1"
}

begin_task
empty_lists presumed-gone verdicts services other-containers
# Before anything is stopped.
require_services
find_compose
# The project can be taken down all the same; only the order of stopping and pre_stop hooks need Compose.
[ "$COMPOSE" != none ] || warn compose-missing
[ -z "$LABELS" ] || take_down_selected
[ -z "$DIRECTORY" ] || {
  check_directory
  check_origins
}
take_down
[ "$FATE" != kept ] || skip kept "a container of $PROJECT carries the label $KEEP_LABEL"
report_passed_over kept "$KEPT_COUNT"
[ "$FATE" != nothing ] || finish nothing '' "there is nothing of the project $PROJECT on this host"
conclude_down "$PROJECT"
