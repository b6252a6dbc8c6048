# Reads the scripts that the step `host` stored. It is short, because every step has it.
# Lists and variables:
#   SCRIPTS: names of the task's scripts, in the order in which they are read. By the document.
#   RUN_DIR: the folder of this project on the host. By the document.

for file in $SCRIPTS; do
  [ -r "$RUN_DIR/scripts/$file" ] || fail_early script-missing "the step host did not store $file: see its result"
done
for file in $SCRIPTS; do
  # shellcheck disable=SC1090  # written by store.sh
  . "$RUN_DIR/scripts/$file"
done
