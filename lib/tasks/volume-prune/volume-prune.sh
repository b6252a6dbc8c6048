# Removes the volumes that carry all the labels and that no container refers to, running or stopped.
begin
labelled all volume ls -q
# No shell could take another name for one word; the Engine gives such to plug-ins' volumes only.
grep -xE '[a-zA-Z0-9][a-zA-Z0-9_.-]*' "$WORK/all" >"$WORK/candidates" || [ $? = 1 ] || full
leave_kept candidates volume ls -q
leave_excluded_names volume
list containers ps -aq --no-trunc
list_references containers
need_all containers services
comm -12 "$WORK/candidates" "$WORK/used-volumes" >"$WORK/used-candidates" || full
without used-volumes candidates
facts='{''{.Name}}|{''{json .CreatedAt}}|'
judge volume "$facts|$(project_of .Labels)"
verdict young
verdict old
remove_old volume
passed excluded "$(lines excluded)"
conclude volumes volume
