# Removes the containers that do not run and carry all the labels. Never with -f: what somebody starts meanwhile stays.
# Never with -v: no volume goes.
begin
labelled candidates ps -aq --no-trunc --filter status=exited --filter status=dead --filter status=created
leave_kept candidates ps -aq --no-trunc
name='{''{.ID}} {''{.Name}}'
leave_excluded_names container "$name"
facts='{''{.ID}}|{''{json .Created}}|{''{json .State.FinishedAt}}'
judge container "$facts|$(project_of .Config.Labels)"
verdict young
verdict old
remove_old container rm
passed excluded "$(lines excluded)"
conclude containers
