# store NAME TEXT: leaves a script on the host for the steps that follow. It is written beside and moved into its place,
# so that nobody ever reads half of one, and read back before, as not every shell tells that the disk is full.
umask 077
store() {
  # For a quote stands a backquote, see script.ts.
  set -- "$1" "$(printf '%s' "$2" | tr '\140' '\047')"
  mkdir -p "$RUN_DIR/scripts" && printf '%s\n' "$2" >"$RUN_DIR/scripts/$1.$$"
  [ "$(cat "$RUN_DIR/scripts/$1.$$")" = "$2" ] && mv -f "$RUN_DIR/scripts/$1.$$" "$RUN_DIR/scripts/$1" && return
  rm -f "$RUN_DIR/scripts/$1.$$"
}
