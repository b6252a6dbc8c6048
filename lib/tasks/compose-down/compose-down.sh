# Takes down Compose projects, see project.sh for how.
# It takes down one, by PROJECT or by DIRECTORY and FILES, or all that carry the LABELS and are old enough.
# KIND is container, volume or network.
# Lists and variables:
#   PROJECT: a project's name, or empty. By the document, check_origins, take_down_selected.
#   DIRECTORY, FILES: a path; a path a line; may be empty. By the document.
#   LABELS, EXCLUDE: see select.sh; empty where one project is taken down. By the document.
#   STEP_TIMEOUT, DRY_RUN: of this step. By the document.
#   FILES_UNUSABLE: `yes` if Compose cannot use the directory or its files, else empty. By reject_files.
#   PROFILES: the profiles that Compose gets, `*` for all, or empty. By check_files.
#   REAL_DIRECTORY: DIRECTORY without symbolic links. By check_directory.
#   COMMITTED_LISTED: see members.sh. By select_projects.
#   PASSED_OVER: members of `passedOver`, as JSON. By report_passed_over, and report_passed_projects starts it anew.
#   TIME_OVER, LEFTOVERS, REFUSAL, PENDING_PROJECTS: see aftermath.sh. By take_down_selected.
#   KEPT_COUNT, FATE: see project.sh. By take_down_selected.
#   undescribed, UNDESCRIBED_ERROR: see inspect.sh.
#   path-output: what a command printed about a path. By check_path.
#   compose-said: what Compose printed last. By run_compose_on_files.
#   start-facts: lines `CONTAINER name|home|files JSON`. By check_origins.
#   started-containers: the containers in `start-facts` that Compose created. By check_origins.
#   wanted: lines `home JSON` and `file NUMBER JSON`: what the task asks for, in all spellings. By check_origins.
#   origins: lines `PROJECT own|other ORIGIN`. By check_origins.
#   all.KIND: objects that belong to a project. By select_projects, list_objects_of_kind.
#   labelled.KIND: those that carry all labels. By select_projects, list_objects_of_kind.
#   labelled.all: temporary: all containers that carry the labels. By select_projects.
#   labelled: the objects of all `labelled.KIND`, unsorted. By select_projects.
#   plain-names: temporary: volumes or networks with a name that is one word. By list_objects_of_kind.
#   facts.KIND: lines `IDENTIFIER|CREATED|PROJECT`, as JSON. By select_projects.
#   undescribed-objects: lines `NUMBER|LABELLED|PROJECT`. By list_undescribed_objects.
#   undescribed-of-kind: temporary: objects of a kind that the Engine cannot describe. By list_undescribed_objects.
#   projects-of: lines `IDENTIFIER PROJECT`, the project as JSON. By list_undescribed_objects.
#   judged: lines `VERDICT PROJECT`; VERDICT is `old`, `young`, `unlabelled` or `undescribed`. By select_projects.
#   selected: projects to take down. By select_projects.
#   undescribed-projects: projects about which the Engine cannot tell enough. By select_projects.
#   excluded: projects that a pattern of EXCLUDE names. By drop_excluded_projects.
#   verdicts: the lines of `judged` so far, except of excluded projects. By select_projects.
#   presumed-gone, services, other-containers: see aftermath.sh, references.sh, project.sh. Emptied by this file.

FILES_UNUSABLE='' PROFILES='' REAL_DIRECTORY=$DIRECTORY

# reject_files REASON MESSAGE: gives up Compose's files, or ends the task. Reads PROJECT. Writes FILES_UNUSABLE.
# With a project's name, the Engine stops the project. Without one, it is unknown which project is meant.
reject_files() {
  ! is_time_over || fail deadline "the task's time of $STEP_TIMEOUT s was over before Compose had read its files"
  [ -n "$PROJECT" ] || fail "$1" "$2"
  log "$2"
  warn "$1"
  FILES_UNUSABLE=yes
}

# check_path PATH COMMAND REASON MESSAGE: runs a command on a user's path, or calls reject_files. Writes path-output.
# The file system of the path may not answer.
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

# check_directory: checks DIRECTORY and FILES. Reads DIRECTORY, FILES. Writes REAL_DIRECTORY, FILES_UNUSABLE.
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

# check_files: checks that Compose can read the files. Reads DIRECTORY, FILES. Writes PROFILES, FILES_UNUSABLE.
check_files() {
  # With all profiles, the hooks of all services run. Some files are valid only without.
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

# print_fault: prints where Compose found a fault: service and key, or the line. Reads compose-said.
# It prints no value, because a value may be a password. Compose quotes values, and the text before a quote has none.
# Seen with 1.29, 2.26 and 2.40. It prints nothing of other words.
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

# print_json TEXT: prints a text as the CLI prints it in JSON.
print_json() { printf '"%s"\n' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g; s/</\\u003c/g; s/>/\\u003e/g; s/&/\\u0026/g')"; }

# print_relative_path FILE: prints its path from DIRECTORY, with .. for each folder up. Reads DIRECTORY, REAL_DIRECTORY.
# Through a symbolic link .. leads elsewhere, so there it prints the path itself.
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

# check_origins: finds the project started from DIRECTORY, with FILES if any. Reads DIRECTORY, FILES. Writes PROJECT.
# The name comes from the containers, because each Compose derives another one from a directory.
# A name that was also started from elsewhere is ambiguous, and nothing of it is removed.
check_origins() {
  # JSON, so that a strange label cannot look like another field.
  facts="{""{if $COMPOSE_MADE}}{""{\$id := .ID}}{""{println \$id \"name\" (json (.Label \"$PROJECT_LABEL\"))}}"
  facts="$facts{""{println \$id \"home\" (json (.Label \"$PROJECT_LABEL.working_dir\"))}}"
  facts="$facts{""{println \$id \"files\" (json (.Label \"$PROJECT_LABEL.config_files\"))}}{""{end}}"
  list_objects start-facts ps -a --no-trunc --filter "label=$PROJECT_LABEL${PROJECT:+=$PROJECT}" --format "$facts"
  cut -d ' ' -f 1 "$WORK/start-facts" | sort -u >"$WORK/started-containers" || fail_no_space
  drop_copies started-containers
  require_described started-containers
  # Compose may have been started through a symbolic link, or not. Version 1 notes files as they were given.
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
  # A line for each container: its project, whether it was started from there, and from where.
  awk -v count="$given" '
    FILENAME == ARGV[1] && $1 == "home" { homes[substr($0, 6)]; next }
    # Without the quotes, because the label has several files in one text.
    FILENAME == ARGV[1] { text = substr($0, length($1 $2) + 4); spelt[substr(text, 1, length(text) - 1)] = $2; next }
    FILENAME == ARGV[2] { starter[$1]; next }
    !($1 in starter) { next }
    { value = substr($0, length($1 $2) + 3) }
    $2 == "name" { name[$1] = value }
    $2 == "home" { home[$1] = value }
    $2 == "files" { files[$1] = value }
    # Whether a label names each of the wanted files, separated by commas, and no other. A name may have a comma too.
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
    # The directory, or for the directory of the task the files in it.
    function origin(home, label, folder, at) {
      if (home == "\"\"") return "an unknown directory"
      if (!(home in homes)) return home
      folder = substr(home, 2, length(home) - 2) "/"
      while ((at = index(label, folder)) > 0) label = substr(label, 1, at - 1) substr(label, at + length(folder))
      return label
    }
    END {
      for (id in name) {
        # Compose never gives such a name.
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

# select_projects [NAME]: judges the projects, or one. Reads LABELS, OLDER_THAN, EXCLUDE. Writes selected, verdicts.
# A project is old enough if its youngest container is, and each container must carry the labels.
# Without containers its volumes count, as they hold data, and without volumes its networks.
select_projects() {
  selection_filter=label=$PROJECT_LABEL${1:+=$1} COMMITTED_LISTED=''
  # Containers that Compose did not create do not count.
  list_members all.container -a --filter "$selection_filter"
  list_labelled labelled.all ps -aq --no-trunc --filter "$selection_filter"
  comm -12 "$WORK/labelled.all" "$WORK/all.container" >"$WORK/labelled.container" || fail_no_space
  empty_lists labelled.all
  if [ -n "${1:-}" ] && [ -s "$WORK/all.container" ]; then
    # For a project with containers, its containers alone count.
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
    # An object that the Engine cannot describe exists all the same, and may be young.
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
      # Compose never gives a project another name.
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

# drop_excluded_projects LIST: takes out projects that a pattern names. Reads LIST, EXCLUDE. Writes LIST, excluded.
drop_excluded_projects() {
  # shellcheck disable=SC2013  # names have no spaces
  for name in $(cat "$WORK/$1"); do
    ! is_excluded "$name" || printf '%s\n' "$name"
  done >"$WORK/excluded" || fail_no_space
  subtract_list excluded "$1"
}

# list_undescribed_objects: lists objects that the Engine cannot describe. Reads all.KIND. Writes undescribed-objects.
# NUMBER is that of the kind's file of facts in the awk program of select_projects.
# LABELLED is `labelled` or `plain`, and PROJECT is JSON.
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

# list_objects_of_kind KIND ARGUMENTS...: lists objects in projects. Reads LABELS. Writes all.KIND, labelled.KIND.
# A name that is not one word to a shell is a plug-in's volume. It is never removed, so it does not count.
list_objects_of_kind() {
  kind=$1
  shift
  list_labelled "labelled.$kind" "$@" --filter "$selection_filter"
  list_objects "all.$kind" "$@" --filter "$selection_filter"
  grep -xE '[a-zA-Z0-9][a-zA-Z0-9_.-]*' "$WORK/all.$kind" >"$WORK/plain-names" || [ $? = 1 ] || fail_no_space
  check_room
  mv "$WORK/plain-names" "$WORK/all.$kind"
}

# report_passed_projects: reports the projects passed over so far. Reads verdicts, KEPT_COUNT. Writes PASSED_OVER.
report_passed_projects() {
  PASSED_OVER=''
  for verdict in young unlabelled undescribed; do
    report_passed_over "$verdict" "$(grep -c "^$verdict " "$WORK/verdicts")"
  done
  report_passed_over excluded "$excluded_count"
  report_passed_over kept "$KEPT_COUNT"
}

# take_down_selected: takes down all selected projects and ends the task. Reads selected. Writes PROJECT, TIME_OVER.
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
    # The projects before may have taken minutes, and a new deployment is not what was selected.
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
  # Projects that used a network or volume of another one are gone only now.
  for PROJECT in $PENDING_PROJECTS; do
    ! is_time_over || TIME_OVER=yes
    if [ "$TIME_OVER" = no ]; then take_rest; else note_leftovers; fi
  done
  report_passed_projects
  [ -n "$taken_down" ] || require_described_projects
  [ -n "$taken_down" ] || finish nothing '' 'no project with the labels is selected'
  conclude_down "$taken_down"
}

# require_described_projects: ends the task if the Engine could not tell enough about a project. Reads verdicts.
require_described_projects() { ! grep -q '^undescribed ' "$WORK/verdicts" || fail engine-error "$UNDESCRIBED_ERROR"; }

# conclude_down NAMES: ends the task with its result. Reads LEFTOVERS, TIME_OVER, REFUSAL, other-containers.
conclude_down() {
  if [ -n "$LEFTOVERS" ]; then
    [ "$TIME_OVER" = no ] || fail deadline "the task's time of $STEP_TIMEOUT s was over before all of $LEFTOVERS was gone"
    require_described other-containers services
    [ "$DRY_RUN" = false ] || fail leftovers "not all of $LEFTOVERS would be removed: others use what is left"
    fail leftovers "not all of $LEFTOVERS is gone: ${REFUSAL:-others use what is left}"
  fi
  [ "$TIME_OVER" = no ] || fail deadline "the task's time of $STEP_TIMEOUT s was over; the next run continues with the rest"
  require_described_projects
  [ "$DRY_RUN" = false ] || finish 'done' '' "would take down $1"
  finish 'done' '' "took down $1"
}

begin_task
empty_lists presumed-gone verdicts services other-containers
# Before it stops anything.
require_services
find_compose
# Without Compose, the task lacks only the order of stopping and pre_stop hooks.
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
