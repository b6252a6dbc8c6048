# Removes the containers that do not run and carry all the labels.
# It never uses -f, so that it keeps a container that a user starts during the run.
# It never uses -v, so that it keeps all volumes.
# Lists and variables:
#   labelled: stopped containers that carry all labels. By this file.
#   candidates, young, excluded: see select.sh.
#   originals: temporary: candidates for drop_copies. By this file.
#   copies: see members.sh.
#   strangers: candidates with a project label from `docker commit`. By this file.
#   selected: containers to remove. By this file.

begin_task
# `docker ps` still says `removing` of a container after its removal has failed.
list_labelled labelled ps -aq --no-trunc --filter status=exited --filter status=dead --filter status=created \
  --filter status=removing
cp "$WORK/labelled" "$WORK/candidates" || fail_no_space
drop_kept candidates ps -aq --no-trunc
drop_excluded_names container
facts='{''{.ID}}|{''{json .Created}}|{''{json .State.FinishedAt}}'
# A container started by hand may inherit a project label from its image, and so may a copy. Neither is the project's.
cp "$WORK/candidates" "$WORK/originals" || fail_no_space
drop_copies originals
mv "$WORK/copies" "$WORK/strangers" || fail_no_space
made='{''{if or (index .Config.Labels "com.docker.compose.oneoff") (index .Config.Labels "com.docker.compose.hook")}}'
judge_objects container "$facts|$made$(print_project_template .Config.Labels){""{end}}"
list_judged young
list_judged old selected
describe_objects container labelled
remove_selected container
conclude_prune containers container
