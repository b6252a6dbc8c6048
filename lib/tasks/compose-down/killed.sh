# Reports the containers of a project that did not end on their stop signal.
# Lists and variables:
#   PROJECT: the project's name. By the document, compose-down.sh.
#   running: containers that were stopped. By stop_containers.
#   paused: those of them that are paused. By stop_containers.
#   suspects: lines `137|false|FINISHED|GRACE|IDENTIFIER|NAME|SERVICE`. By find_killed.
#   kills: lines `CONTAINER SIGNAL`. By find_killed.
#   KILLED, KILLED_OMITTED: see result.sh. By report_killed.

# count_seconds_of_day HH:MM:SS: prints the seconds since midnight.
count_seconds_of_day() (
  IFS=:
  # shellcheck disable=SC2086  # split into hours, minutes and seconds
  set -- $1
  # A leading zero would make them octal.
  echo $((${1#0} * 3600 + ${2#0} * 60 + ${3#0}))
)

# find_killed: reports the containers that SIGKILL ended after their grace period. Reads running, paused, stop_time.
# Exit code 137 alone does not say so: a process may return it, or the kernel ended it for want of memory.
find_killed() {
  subtract_list paused running
  facts='{''{.State.ExitCode}}|{''{.State.OOMKilled}}|{''{.State.FinishedAt}}|{''{json .Config.StopTimeout}}'
  # .ID and not .Id, which is not Go's name of the field: without a match the CLI refuses absent fields.
  facts="$facts|{""{.ID}}|{""{.Name}}|{""{index .Config.Labels \"com.docker.compose.service\"}}"
  run_in_batches running inspect --type container --format "$facts" 2>/dev/null | grep '^137|false|' >"$WORK/suspects" || return 0
  # The Engine keeps its last 256 events only. An event can show that a container was not killed, but may be missing.
  signal='{''{.Actor.ID}} {''{index .Actor.Attributes "signal"}}'
  run_bounded 10 docker events --since "$stop_time" --until $(($(date +%s) + 1)) --filter "$project_filter" --filter event=kill \
    --format "$signal" >"$WORK/kills"
  while IFS='|' read -r _ _ finished grace id name service; do
    case $grace in '' | *[!0-9]*) grace=10 ;; esac # the Engine's own default
    finished=${finished#*T}
    waited=$(($(count_seconds_of_day "${finished%%[.Z]*}") - stop_second))
    [ "$waited" -gt -43200 ] || waited=$((waited + 86400)) # midnight has passed
    [ "$waited" -ge "$grace" ] || continue
    if ! grep -q "^$id " "$WORK/kills" || grep -qx "$id 9" "$WORK/kills"; then
      report_killed "$service" "${name#/}" "$grace"
    fi
  done <"$WORK/suspects"
}

# report_killed SERVICE CONTAINER GRACE: adds an item. Reads PROJECT. Writes KILLED, KILLED_OMITTED.
report_killed() {
  log "$2 had to be killed: its process did not end within $3 s of the stop signal"
  quote_text "$PROJECT" 30
  item="{\"project\":$TEXT"
  quote_text "$1" 30
  item="$item,\"service\":$TEXT"
  quote_text "$2" 45
  item="$item,\"container\":$TEXT,\"grace\":$3}"
  if [ $((${#KILLED} + ${#item})) -lt 340 ]; then
    KILLED="$KILLED${KILLED:+,}$item"
  else
    KILLED_OMITTED=$((KILLED_OMITTED + 1))
  fi
}
