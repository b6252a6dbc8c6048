# Stores the scripts on the host, readable, for the steps that follow.
# Lists and variables:
#   RUN_DIR: the folder of this project on the host. By the document.
#   UNSTORED: names of the scripts that could not be stored, each after a space. By store_script.

umask 077
UNSTORED=''

# store_script NAME PACKED: writes a script into RUN_DIR/scripts. Reads RUN_DIR. Writes UNSTORED.
# It renames a temporary file, so that no step reads half a script.
# gzip ends with an error where it cannot write everything.
store_script() {
  file=$RUN_DIR/scripts/$1
  mkdir -p "$RUN_DIR/scripts" && unpack_script "$2" >"$file.$$" && mv -f "$file.$$" "$file" && return
  rm -f "$file.$$"
  UNSTORED="$UNSTORED $1"
}

# unpack_script PACKED: prints a script. script.ts packs it.
unpack_script() { printf '%s' "$1" | base64 -d | gzip -dc; }

# Only this step needs these tools. Each stands after its package.
for package in 'coreutils base64' 'gzip gzip'; do
  command -v "${package#* }" >/dev/null ||
    fail_early tool-missing "there is no ${package#* } on this host: install ${package% *}"
done
