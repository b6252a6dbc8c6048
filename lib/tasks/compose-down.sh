# Takes down Compose projects: one, by PROJECT or by DIRECTORY and FILES (a path a line), or all that carry the LABELS and
# are older than OLDER_THAN, without those that a pattern of EXCLUDE names; see project.sh for how.

check_files() {
  [ -d "$DIRECTORY" ] || fail directory-missing "there is no directory $DIRECTORY on this host"
  IFS=$NEWLINE
  set -f
  for file in $FILES; do
    [ -f "$file" ] || fail compose-file-missing "there is no Compose file $file on this host"
  done
  set +f
  unset IFS
  if [ "$COMPOSE" != none ] && ! said=$(with_files 'config -q' 2>&1); then
    ! expired || fail deadline "the task's time of $STEP_TIMEOUT s was over before Compose had read its files"
    reason=compose-file-missing
    for name in ${FILES:+-} compose.yaml compose.yml docker-compose.yml docker-compose.yaml; do
      [ "$name" != - ] && [ ! -f "$DIRECTORY/$name" ] || reason=compose-file-invalid
    done
    fail "$reason" "Compose refuses the files in $DIRECTORY: $(printf '%s\n' "$said" | tail -n 1)"
  fi
}

# The project's name is what its containers say: every Compose derives another one from a directory.
find_project() {
  fields="{""{.Label \"$PROJECT_LABEL\"}} {""{.Label \"$PROJECT_LABEL.config_files\"}}"
  list given ps -a --filter "label=$PROJECT_LABEL.working_dir=$DIRECTORY" --format "$fields"
  # Compose may have been started through a symbolic link, or not.
  real=$(cd "$DIRECTORY" && pwd -P)
  list real ps -a --filter "label=$PROJECT_LABEL.working_dir=$real" --format "$fields"
  sort -u "$WORK/given" "$WORK/real" >"$WORK/started" || full
  while read -r name files; do
    case $name in [!a-z0-9]* | *[!a-z0-9_-]*) continue ;; esac # no Compose gives such a name
    uses_files "$files" || continue
    case $PROJECT in
    '' | "$name") PROJECT=$name ;;
    *) fail ambiguous-project "both $PROJECT and $name were started from $DIRECTORY: give the project's name" ;;
    esac
  done <"$WORK/started"
  [ -n "$PROJECT" ] || finish nothing '' "no Compose project's containers were started from $DIRECTORY"
}

# uses_files LABEL: whether each of FILES is in the comma-separated label; Compose v1 writes them as they were given, and
# through a link or not they are the same.
uses_files() (
  IFS=$NEWLINE
  set -f
  for file in $FILES; do
    inside=${file#"$DIRECTORY"/}
    case ,$1, in *,"$file",* | *,"$inside",* | *,"$real/$inside",*) ;; *) exit 1 ;; esac
  done
)

# select_projects [NAME]: a project whose containers all carry the labels, the youngest of them old enough. Of one that has
# no containers the volumes count, as they hold data, and of one that has none either, the networks.
select_projects() {
  one=label=$PROJECT_LABEL${1:+=$1}
  list_candidates container ps -aq --no-trunc
  if [ -n "${1:-}" ] && [ -s "$WORK/all.container" ]; then
    # Its containers alone speak for a project that has some.
    empty all.volume labelled.volume all.network labelled.network
  else
    list_candidates volume volume ls -q
    list_candidates network network ls -q --no-trunc
  fi
  inspect_all all.container facts.container container "{""{.ID}}|{""{json .Created}}|$(project_of .Config.Labels)"
  inspect_all all.volume facts.volume volume "{""{.Name}}|{""{json .CreatedAt}}|$(project_of .Labels)"
  inspect_all all.network facts.network network "{""{.ID}}|{""{json .Created}}|$(project_of .Labels)"
  cat "$WORK"/labelled.* >"$WORK/labelled" || full
  # shellcheck disable=SC2016
  with_clock '
    FILENAME == ARGV[1] { labelled[$1]; next }
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
        if (ours[ARGV[i], project] < all[ARGV[i], project]) verdict = "unlabelled"
        print verdict, substr(project, 2, length(project) - 2)
      }
    }' "$WORK/labelled" "$WORK/facts.container" "$WORK/facts.volume" "$WORK/facts.network" >"$WORK/judged" || full
  room
  verdict old selected
  # shellcheck disable=SC2013  # names have no spaces
  for name in $(cat "$WORK/selected"); do
    ! excluded "$name" || printf '%s\n' "$name"
  done >"$WORK/excluded" || full
  without excluded selected
  cat "$WORK/judged" >>"$WORK/verdicts" || full
}

# list_candidates KIND ARGUMENTS...: what belongs to a project, and what of it carries the labels. A name that no shell
# could take for one word is a plug-in's volume, and never removed: it has no say.
list_candidates() {
  kind=$1
  shift
  labelled "labelled.$kind" "$@" --filter "$one"
  list "all.$kind" "$@" --filter "$one"
  grep -xE '[a-zA-Z0-9][a-zA-Z0-9_.-]*' "$WORK/all.$kind" >"$WORK/plain" || [ $? = 1 ] || full
  room
  mv "$WORK/plain" "$WORK/all.$kind"
}

# tell_passed: how many projects were left alone so far, the first time they were judged or when their turn came.
tell_passed() {
  PASSED_OVER=''
  for verdict in young unlabelled; do
    passed "$verdict" "$(grep -c "^$verdict " "$WORK/verdicts")"
  done
  passed excluded "$excluded"
  passed kept "$KEPT"
}

take_down_selected() {
  select_projects
  excluded=$(lines excluded)
  tell_passed
  names=''
  OVER=no
  # shellcheck disable=SC2013
  for PROJECT in $(cat "$WORK/selected"); do
    [ -z "$names" ] || ! expired || OVER=yes
    [ "$OVER" = no ] || break
    # Those before may have taken minutes: what was deployed anew meanwhile is not what was selected.
    if [ -n "$names" ] && [ "$DRY_RUN" = false ]; then
      select_projects "$PROJECT"
      grep -qxF "$PROJECT" "$WORK/selected" || continue
    fi
    take_down
    case $FATE in
    kept) KEPT=$((KEPT + 1)) ;;
    down) names="$names${names:+, }$PROJECT" ;;
    esac
  done
  # Whoever used a network or a volume of another one is gone only now.
  for PROJECT in $REST; do
    ! expired || OVER=yes
    if [ "$OVER" = no ]; then take_rest; else leftover; fi
  done
  tell_passed
  [ -n "$names" ] || finish nothing '' 'no project that carries the labels is to be taken down'
  conclude_down "$names"
}

# conclude_down NAMES
conclude_down() {
  if [ -n "$LEFTOVERS" ]; then
    [ "$OVER" = no ] || fail deadline "the task's time of $STEP_TIMEOUT s was over before all of $LEFTOVERS was gone"
    [ "$DRY_RUN" = false ] || fail leftovers "not all of $LEFTOVERS would go: containers of others refer to what is left"
    fail leftovers "not all of $LEFTOVERS is gone: what is left is in use or refused to go"
  fi
  [ "$OVER" = no ] || fail deadline "the task's time of $STEP_TIMEOUT s was over; the next run goes on with the rest"
  [ "$DRY_RUN" = false ] || finish 'done' '' "would take down $1"
  finish 'done' '' "took down $1"
}

begin
empty foreseen verdicts
find_compose
# The project can be taken down all the same; only the order of stopping and pre_stop hooks need Compose.
[ "$COMPOSE" != none ] || warn compose-missing
[ -z "$LABELS" ] || take_down_selected
[ -z "$DIRECTORY" ] || check_files
[ -n "$PROJECT" ] || find_project
take_down
[ "$FATE" != kept ] || skip kept "a container of $PROJECT carries the label $KEEP_LABEL"
passed kept "$KEPT"
[ "$FATE" != nothing ] || finish nothing '' "there is nothing of the project $PROJECT on this host"
conclude_down "$PROJECT"
