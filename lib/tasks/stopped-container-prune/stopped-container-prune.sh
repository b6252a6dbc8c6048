# Removes the containers that do not run and carry all the labels. Never with -f: what somebody starts meanwhile stays.
# Never with -v: no volume goes.
begin
# `docker ps` goes on saying `removing` of a container whose removal has failed.
labelled candidates ps -aq --no-trunc --filter status=exited --filter status=dead --filter status=created \
  --filter status=removing
leave_kept candidates ps -aq --no-trunc
leave_excluded_names container
facts='{''{.ID}}|{''{json .Created}}|{''{json .State.FinishedAt}}'
# The project that the image of a container started by hand names is not its own, and neither is that of a copy.
cp "$WORK/candidates" "$WORK/originals" || full
leave_copies originals
mv "$WORK/copies" "$WORK/strangers" || full
made='{''{if or (index .Config.Labels "com.docker.compose.oneoff") (index .Config.Labels "com.docker.compose.hook")}}'
judge container "$facts|$made$(project_of .Config.Labels){""{end}}"
verdict young
verdict old
remove_old container
passed excluded "$(lines excluded)"
conclude containers container
