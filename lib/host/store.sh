# store NAME PACKED: leaves a script on the host for the steps that follow, readable. It is written beside and moved into its
# place, so that no step reads half of one; gzip ends with an error where it cannot write all. Notes in UNSTORED what
# cannot be stored.
umask 077
UNSTORED=''
store_script() {
  file=$RUN_DIR/scripts/$1
  mkdir -p "$RUN_DIR/scripts" && unpack_script "$2" >"$file.$$" && mv -f "$file.$$" "$file" && return
  rm -f "$file.$$"
  UNSTORED="$UNSTORED $1"
}
# unpack PACKED: prints a script, see script.ts.
unpack_script() { printf '%s' "$1" | base64 -d | gzip -dc; }
# What no task needs, each after its package.
for package in 'coreutils base64' 'gzip gzip'; do
  command -v "${package#* }" >/dev/null ||
    fail_early tool-missing "there is no ${package#* } on this host: install ${package% *}"
done
