# Reads the scripts that the step `host` left on the host. Without them nothing could be said but this.
for STORED in $SCRIPTS; do
  if [ ! -r "$RUN_DIR/scripts/$STORED" ]; then
    printf '{"v":1,"task":"%s","outcome":"failed","dryRun":%s,"seconds":0,"reason":"script-missing","message":"%s"}\n' \
      "$TASK" "$DRY_RUN" "the step host could not leave $STORED in /run/docker-housekeeping: is /run full?"
    exit 1
  fi
done
for STORED in $SCRIPTS; do
  # shellcheck disable=SC1090  # written by store.sh
  . "$RUN_DIR/scripts/$STORED"
done
