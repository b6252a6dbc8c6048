# Reads the scripts that the step `host` left on the host. Short, as every step has it.
for file in $SCRIPTS; do
  [ -r "$RUN_DIR/scripts/$file" ] || fail_early script-missing "the step host left no $file: see its result"
done
for file in $SCRIPTS; do
  # shellcheck disable=SC1090  # written by store.sh
  . "$RUN_DIR/scripts/$file"
done
