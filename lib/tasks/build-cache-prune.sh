# Removes build cache that no build uses and that was last used long enough ago. Settings: OLDER_THAN (seconds),
# KEEP_STORAGE (bytes, may be empty).

# Of the Engine's own builder, whichever one is chosen for builds: so the CLI asks the Engine and not its plug-in.
export DOCKER_BUILDKIT=0

# A dry run has only what the CLI lists, where times and sizes are rounded. What others were built upon goes when they
# have gone, so that one pass finds all.
list_cache() {
  fields='{''{range .BuildCache}}'
  fields="$fields{""{.ID}}|{""{.InUse}}|{""{.Shared}}|{""{.Size}}|{""{.LastUsedSince}}|{""{.CreatedSince}}{""{println}}{""{end}}"
  list cache system df -v --format "$fields"
  awk -F '|' -v older="$OLDER_THAN" -v keep="$KEEP_STORAGE" '
    function seconds(text, words, n) {
      n = split(text, words, " ")
      if (n == 0) return 0
      # "Less than a second", "About a minute", "About an hour"; else a number and a unit.
      if (words[1] == "Less") return 0
      if (words[1] == "About") { words[1] = 1; words[2] = words[3] }
      return words[1] * (words[2] ~ /^sec/ ? 1 : words[2] ~ /^min/ ? 60 : words[2] ~ /^hour/ ? 3600 : words[2] ~ /^day/ ? 86400 : words[2] ~ /^week/ ? 604800 : words[2] ~ /^month/ ? 2592000 : 31536000)
    }
    function bytes(text) {
      return text * (text ~ /kB$/ ? 1e3 : text ~ /MB$/ ? 1e6 : text ~ /GB$/ ? 1e9 : text ~ /TB$/ ? 1e12 : 1)
    }
    { total += bytes($4) }
    $2 == "false" && $3 == "false" && seconds($5 == "" ? $6 : $5) >= older { print $1 }
    END { if (keep != "" && total <= keep) print "enough" }
  ' "$WORK/cache" >"$WORK/old" || full
  ! grep -qx enough "$WORK/old" || printf '' >"$WORK/old" || full
}

begin
if [ "$DRY_RUN" = true ]; then
  list_cache
  count cacheRecords "$(lines old)"
  [ -s "$WORK/old" ] || finish nothing
  finish 'done' '' 'times and sizes are rounded: this is what may go'
fi
set -- --force --filter "until=${OLDER_THAN}s"
[ -z "$KEEP_STORAGE" ] || set -- "$@" --keep-storage "$KEEP_STORAGE"
pruned=0
said=$(engine builder prune "$@" 2>"$WORK/complaints") || pruned=$?
cat "$WORK/complaints"
count cacheRecords "$(printf '%s\n' "$said" | sed -n '/^Deleted build cache/,/^$/p' | grep -cvE '^(Deleted build cache.*)?$')"
measured
! expired || fail deadline "the task's time of $STEP_TIMEOUT s was over before the Engine had pruned its build cache"
! grep -q 'prune operation is already running' "$WORK/complaints" || skip busy 'somebody else prunes the build cache'
[ "$pruned" = 0 ] || fail not-removed "$(grep -m 1 -i error "$WORK/complaints" || head -n 1 "$WORK/complaints")"
case $REMOVED in *:0) finish nothing ;; esac
finish 'done'
