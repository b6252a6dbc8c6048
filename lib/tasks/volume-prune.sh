# Removes the volumes that carry all the labels and that no container refers to, running or stopped.
begin
labelled candidates volume ls -q
leave_kept candidates volume ls -q
list containers ps -aq --no-trunc
list_references containers
comm -12 "$WORK/candidates" "$WORK/used-volumes" >"$WORK/used-candidates" || full
without used-volumes candidates
facts='{''{.Name}}|{''{json .CreatedAt}}|'
judge volume "$facts|$(project_of .Labels)"
verdict young
verdict old
remove_old volume rm
conclude volumes
