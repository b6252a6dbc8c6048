# Removes the volumes that carry all the labels and that no container refers to, running or stopped.
# Lists and variables:
#   labelled: volumes that carry all labels. By this file.
#   candidates, young, excluded: see select.sh.
#   containers: identifiers of all containers. By this file.
#   used-volumes, services: see references.sh.
#   used-candidates: candidates in use. By this file.
#   selected: volumes to remove. By this file.

begin_task
list_labelled labelled volume ls -q
# A shell could not take another name for one word. The Engine allows such names for volumes of plug-ins only.
grep -xE '[a-zA-Z0-9][a-zA-Z0-9_.-]*' "$WORK/labelled" >"$WORK/candidates" || [ $? = 1 ] || fail_no_space
drop_kept candidates volume ls -q
drop_excluded_names volume
list_objects containers ps -aq --no-trunc
list_references containers
require_described containers services
comm -12 "$WORK/candidates" "$WORK/used-volumes" >"$WORK/used-candidates" || fail_no_space
subtract_list used-volumes candidates
facts='{''{.Name}}|{''{json .CreatedAt}}|'
judge_objects volume "$facts|$(print_project_template .Labels)"
list_judged young
list_judged old selected
describe_objects volume labelled
remove_selected volume
conclude_prune volumes volume
