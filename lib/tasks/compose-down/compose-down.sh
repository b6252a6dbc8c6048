# Takes down Compose projects, see project.sh for how.
# It takes down one, by PROJECT or by DIRECTORY and FILES, or all that carry the LABELS and are old enough.
# Lists and variables:
#   PROJECT: a project's name, or empty. By the document, check_origins, take_down_selected.
#   DIRECTORY, FILES: a path; a path a line; may be empty. By the document.
#   LABELS, EXCLUDE: see select.sh; empty where one project is taken down. By the document.
#   STEP_TIMEOUT, DRY_RUN: of this step. By the document.
#   PASSED_OVER: members of `passedOver`, as JSON. By report_passed_over, and report_passed_projects starts it anew.
#   TIME_OVER, LEFTOVERS, REFUSAL, PENDING_PROJECTS: see aftermath.sh. By take_down_selected.
#   KEPT_COUNT, FATE: see project.sh. By take_down_selected.
#   undescribed, UNDESCRIBED_ERROR: see inspect.sh.
#   selected, excluded: see selection.sh.
#   excluded-projects: projects that a pattern of EXCLUDE names. By take_down_selected.
#   accounts.projects: see objects.sh. By report_passed_projects.
#   verdicts: see selection.sh. Emptied by this file.
#   presumed-gone, services, other-containers: see aftermath.sh, references.sh, project.sh. Emptied by this file.

# report_passed_projects: reports the projects passed over so far. Reads verdicts, excluded-projects, KEPT_COUNT.
# Writes PASSED_OVER, accounts.projects.
report_passed_projects() {
  PASSED_OVER=''
  {
    sed -nE 's/^(young|unlabelled|undescribed) /\1 project /p' "$WORK/verdicts" | sort -u
    sed 's/^/excluded project /' "$WORK/excluded-projects"
  } >"$WORK/accounts.projects" || fail_no_space
  check_room
  for verdict in young unlabelled undescribed excluded; do
    report_passed_over "$verdict" "$(grep -c "^$verdict " "$WORK/accounts.projects")"
  done
  report_passed_over kept "$KEPT_COUNT"
}

# take_down_selected: takes down all selected projects and ends the task. Reads selected. Writes PROJECT, TIME_OVER.
take_down_selected() {
  select_projects
  cp "$WORK/excluded" "$WORK/excluded-projects" || fail_no_space
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
  # By now, the projects that used a network or volume of another one are removed.
  for PROJECT in $PENDING_PROJECTS; do
    ! is_time_over || TIME_OVER=yes
    if [ "$TIME_OVER" = no ]; then
      take_rest
    else
      note_leftovers
      account_for_pending
    fi
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
    [ "$TIME_OVER" = no ] || fail deadline "the task's time of $STEP_TIMEOUT s was over before all of $LEFTOVERS was removed"
    require_described other-containers services
    [ "$DRY_RUN" = false ] || fail leftovers "not all of $LEFTOVERS would be removed: others use what is left"
    fail leftovers "not all of $LEFTOVERS was removed: ${REFUSAL:-others use what is left}"
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
