# Stands at the beginning of every step, before the step has read any script.
# Lists and variables:
#   DRY_RUN: `true` or `false`, or anything the caller gave. By the document, fail_early.
#   TASK: the kind of task. By the document.

# fail_early REASON MESSAGE: prints a failed result and ends the step. Reads DRY_RUN, TASK. Writes DRY_RUN.
fail_early() {
  # The result may only say true or false, and nothing was removed.
  [ "$DRY_RUN" = false ] || DRY_RUN=true
  printf '{"v":1,"task":"%s","outcome":"failed","dryRun":%s,"seconds":0,"reason":"%s","message":"%s"}\n' \
    "$TASK" "$DRY_RUN" "$1" "$2"
  exit 1
}
