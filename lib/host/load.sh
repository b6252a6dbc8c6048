# Reads the scripts that the step `host` left on the host. Without them nothing could be said but this. Each step has it.
for S in $SCRIPTS; do
  [ ! -r "$RUN_DIR/scripts/$S" ] || continue
  printf '{"v":1,"task":"%s","outcome":"failed","dryRun":%s,"seconds":0,"reason":"script-missing","message":"%s"}\n' \
    "$TASK" "$DRY_RUN" "the step host could not leave $S in /run/docker-housekeeping: is /run full?"
  exit 1
done
for S in $SCRIPTS; do
  # shellcheck disable=SC1090  # written by store.sh
  . "$RUN_DIR/scripts/$S"
done
