# Reads the scripts that the step `host` left on the host. Without them nothing could be said but this. Short, as every
# step has it.
for file in $SCRIPTS; do
  [ -r "$RUN_DIR/scripts/$file" ] && continue
  printf '{"v":1,"task":"%s","outcome":"failed","dryRun":%s,"seconds":0,"reason":"script-missing","message":"%s"}\n' \
    "$TASK" "$DRY_RUN" "the step host left no $file: see its result"
  exit 1
done
for file in $SCRIPTS; do
  # shellcheck disable=SC1090  # written by store.sh
  . "$RUN_DIR/scripts/$file"
done
