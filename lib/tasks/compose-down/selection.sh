# Selects the projects whose containers carry the labels.
# KIND is container, volume or network.
# Lists and variables:
#   LABELS, OLDER_THAN, EXCLUDE: see select.sh.
#   COMMITTED_LISTED: see members.sh. By select_projects.
#   undescribed: see inspect.sh.
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
