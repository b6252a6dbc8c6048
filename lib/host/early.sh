# early_fail REASON MESSAGE: ends a step that has no script yet to say why.
fail_early() {
  [ "$DRY_RUN" = false ] || DRY_RUN=true
  printf '{"v":1,"task":"%s","outcome":"failed","dryRun":%s,"seconds":0,"reason":"%s","message":"%s"}\n' \
    "$TASK" "$DRY_RUN" "$1" "$2"
  exit 1
}
