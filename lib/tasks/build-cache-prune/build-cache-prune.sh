# Removes build cache that no build uses and that was last used long enough ago.
# Lists and variables:
#   OLDER_THAN, KEEP_STORAGE: seconds; bytes, or empty. By the document.
#   DRY_RUN, STEP_TIMEOUT: of this step. By the document.
#   DOCKER_BUILDKIT, DOCKER_CERT_PATH, DOCKER_CONFIG: the environment of the Docker CLI. By this file.
#   cache-records: lines `ID|IN USE|SHARED|TYPE|SIZE|LAST USED|PARENTS`. By list_records.
#   ordered: lines `LAST-USED DEPTH ID BYTES`, in the order of removal, after a line with the total. By select_records.
#   selected: identifiers of the records to remove, in the order of removal. By select_records.
#   batches: identifiers of records separated by |, 500 a line. By this file.
#   said, complaints: what the Docker CLI printed. By prune_records.
#   removed: identifiers of the records that BuildKit removed. By this file.
#   described: see objects.sh. By report_records.
#   cli-error: what it printed to stderr for the last question. By list_records.
#   REMOVED: members of `removed`, as JSON. By report_removed.

# The task cleans the Engine's own builder, even if root has chosen another one for builds.
# With this setting the CLI asks the Engine and not its plug-in.
# It also ignores root's configuration of the CLI, except the certificates beside it.
# That configuration may name the plug-in all the same, and its pruneFilters would change the prune.
export DOCKER_BUILDKIT=0 DOCKER_CERT_PATH="${DOCKER_CERT_PATH:-${DOCKER_CONFIG:-$HOME/.docker}}" DOCKER_CONFIG="$WORK"

# list_records: lists the records of the build cache. Writes cache-records, cli-error.
# Engines before 23 answer one such question at a time.
list_records() {
  fields='{''{.ID}}|{''{.InUse}}|{''{.Shared}}|{''{.CacheType}}|{''{.Size}}|{''{.LastUsedAt}}|{''{.Parent}}'
  tries=1
  until answer=$(run_docker system df -v --format "{""{range .BuildCache}}$fields{""{println}}{""{end}}" 2>"$WORK/cli-error"); do
    code=$?
    grep -q "$CACHE_BUSY" "$WORK/cli-error" || fail_unanswered "$code"
    cat "$WORK/cli-error"
    [ "$tries" -lt 10 ] || skip busy 'the Engine is still counting its disk usage for another client'
    tries=$((tries + 1))
    sleep 1
  done
  printf '%s\n' "$answer" | sed '/^$/d' >"$WORK/cache-records" || fail_no_space
  check_room
}

# select_records: selects the records to remove. Reads cache-records, OLDER_THAN, KEEP_STORAGE. Writes selected.
# BuildKit removes no record before the records built upon it, so a record counts as used when the last of those was.
# With a size to keep, this function chooses, and BuildKit gets the records by name.
# BuildKit says too little about its own choice: sizes are rounded, and releases weigh age and use differently.
# So a dry run reports exactly what a run removes.
select_records() {
  list_records
  # shellcheck disable=SC2016
  run_awk '
    function bytes(text) {
      return text * (text ~ /kB$/ ? 1e3 : text ~ /MB$/ ? 1e6 : text ~ /GB$/ ? 1e9 : text ~ /TB$/ ? 1e12 : 1)
    }
    {
      time = $6
      sub(/ /, "T", time)
      if (match(time, / [+-][0-9][0-9][0-9][0-9]/)) time = substr(time, 1, RSTART + 3) ":" substr(time, RSTART + 4)
      last[$1] = epoch(time)
      size[$1] = bytes($5)
      # To BuildKit, a record that images share is not part of the cache, because its removal would free nothing.
      if ($3 == "false") total += size[$1]
      # A record that was never used has no time, and BuildKit counts it as old.
      stays = $2 != "false" || $3 != "false" || $4 == "internal" || $4 == "frontend" || young(last[$1])
      if (!stays && $1 ~ /^[a-z0-9:]+$/) idle[$1]
      parents[$1] = $7
      n = split($7, parent, ", ")
      for (i = 1; i <= n; i++) children[parent[i]]++
    }
    END {
      for (id in parents) if (!children[id]) queue[++end] = id
      for (at = 1; at <= end; at++) {
        id = queue[at]
        if (!(id in idle)) continue
        printf "%.6f %d %s %.0f\n", last[id], depth[id], id, size[id]
        n = split(parents[id], parent, ", ")
        for (i = 1; i <= n; i++) {
          if (last[parent[i]] < last[id]) last[parent[i]] = last[id]
          if (depth[parent[i]] <= depth[id]) depth[parent[i]] = depth[id] + 1
          if (--children[parent[i]] == 0 && parent[i] in parents) queue[++end] = parent[i]
        }
      }
      printf "-2 0 total %.0f\n", total
    }' "$WORK/cache-records" | sort -k 1,1n -k 2,2n -k 3,3 >"$WORK/ordered" || fail_no_space
  check_room
  awk -v keep="$KEEP_STORAGE" '
    NR == 1 { total = $4; next }
    keep != "" && total <= keep { exit }
    { print $3; total -= $4 }' "$WORK/ordered" >"$WORK/selected" || fail_no_space
  check_room
}

# prune_records ARGUMENTS...: has BuildKit remove records. Reads OLDER_THAN. Writes said, complaints.
# BuildKit checks each record again: whether it is in use, is shared or was used since.
prune_records() {
  # The Engine counts in whole seconds: with an age of 0 it would keep a record that was used in this second.
  [ "$OLDER_THAN" = 0 ] || set -- "$@" --filter "until=${OLDER_THAN}s"
  run_docker builder prune --force "$@" >>"$WORK/said" 2>>"$WORK/complaints" || prune_code=$?
}

# report_records LIST: reports the records of the list as removed. Reads LIST, ordered. Writes described.
# Without a size to keep, the task does not ask for sizes: the Engine would count its whole disk usage.
report_records() {
  touch "$WORK/ordered"
  # shellcheck disable=SC2016
  tr ' ' '|' <"$WORK/ordered" | run_awk '$1 > -2 { print $3, $4 "B", age($1), "-", "-" }' >"$WORK/described" || fail_no_space
  check_room
  account_for_removed cache-record "$1"
  report_removed cacheRecords "$(count_lines "$1")"
}

begin_task
if [ "$DRY_RUN" = true ]; then
  select_records
  report_records selected
  [ -s "$WORK/selected" ] || finish nothing
  finish 'done'
fi
prune_code=0
empty_lists said complaints
if [ -z "$KEEP_STORAGE" ]; then
  prune_records
else
  select_records
  xargs -n 500 <"$WORK/selected" | tr ' ' '|' >"$WORK/batches" || fail_no_space
  while IFS= read -r batch; do
    prune_records --filter "id=/^($batch)\$/"
  done <"$WORK/batches"
fi
cat "$WORK/complaints"
grep -vE "$CACHE_FRAME" "$WORK/said" >"$WORK/removed" || [ $? = 1 ] || fail_no_space
report_records removed
count_reclaimed
if [ "$prune_code" != 0 ]; then
  ! is_time_over || fail deadline "the task's time of $STEP_TIMEOUT s was over before the Engine had pruned its build cache"
  fail not-removed "$(print_complaint complaints "$prune_code")"
fi
case $REMOVED in *:0) finish nothing ;; esac
finish 'done'
