# Removes the networks that no container refers to, running or stopped.
# It selects those that carry all LABELS and, with COMPOSE_LEFTOVERS, those of Compose projects without a container.
# Lists and variables:
#   LABELS, COMPOSE_LEFTOVERS: labels, may be empty; `true` or `false`. By the document.
#   PROJECT_LABEL: constant. By prelude.sh.
#   labelled: networks that carry all labels. By this file.
#   leftovers: networks of Compose projects without a container. By list_leftovers.
#   members: containers that Compose created. By list_leftovers.
#   projects-with-containers: their projects, as JSON. By list_leftovers.
#   project-networks: lines `NETWORK PROJECT`, the project as JSON. By list_leftovers.
#   candidates, young, excluded: see select.sh.
#   containers: identifiers of all containers. By this file.
#   used-networks, services: see references.sh.
#   used-candidates: candidates in use. By this file.
#   selected: networks to remove. By this file.

# list_leftovers: lists networks of projects without a container. Reads PROJECT_LABEL. Writes leftovers.
# Such a project has ended or is about to begin, so OLDER_THAN protects its networks.
list_leftovers() {
  list_members members -a --filter "label=$PROJECT_LABEL"
  inspect_all members projects-with-containers container "$(print_project_template .Config.Labels)"
  require_described members
  list_objects project-networks network ls --no-trunc --filter scope=local --filter "label=$PROJECT_LABEL" \
    --format "{""{.ID}} {""{json (.Label \"$PROJECT_LABEL\")}""}"
  awk '
    FILENAME == ARGV[1] { alive[$0]; next }
    !(substr($0, length($1) + 2) in alive) { print $1 }
  ' "$WORK/projects-with-containers" "$WORK/project-networks" | sort -u >"$WORK/leftovers" || fail_no_space
}

begin_task
empty_lists labelled leftovers
[ -z "$LABELS" ] || list_labelled labelled network ls -q --no-trunc --filter scope=local
[ "$COMPOSE_LEFTOVERS" = false ] || list_leftovers
sort -u "$WORK/labelled" "$WORK/leftovers" >"$WORK/candidates" || fail_no_space
drop_kept candidates network ls -q --no-trunc
drop_excluded_names network
list_objects containers ps -aq --no-trunc
list_references containers
require_described containers services
comm -12 "$WORK/candidates" "$WORK/used-networks" >"$WORK/used-candidates" || fail_no_space
subtract_list used-networks candidates
facts='{''{.ID}}|{''{json .Created}}|'
judge_objects network "$facts|$(print_project_template .Labels)"
list_judged young
list_judged old selected
describe_objects network labelled leftovers
remove_selected network
conclude_prune networks network
