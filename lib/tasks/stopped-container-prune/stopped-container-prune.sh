# Removes the containers that do not run and carry all the labels. Never with -f: what somebody starts meanwhile stays.
# Never with -v: no volume goes.
begin_task
# `docker ps` goes on saying `removing` of a container whose removal has failed.
list_labelled candidates ps -aq --no-trunc --filter status=exited --filter status=dead --filter status=created \
  --filter status=removing
drop_kept candidates ps -aq --no-trunc
drop_excluded_names container
facts='{''{.ID}}|{''{json .Created}}|{''{json .State.FinishedAt}}'
# The project that the image of a container started by hand names is not its own, and neither is that of a copy.
cp "$WORK/candidates" "$WORK/originals" || fail_no_space
drop_copies originals
mv "$WORK/copies" "$WORK/strangers" || fail_no_space
made='{''{if or (index .Config.Labels "com.docker.compose.oneoff") (index .Config.Labels "com.docker.compose.hook")}}'
judge_objects container "$facts|$made$(print_project_template .Config.Labels){""{end}}"
list_judged young
list_judged old selected
remove_selected container
report_passed_over excluded "$(count_lines excluded)"
conclude_prune containers container
