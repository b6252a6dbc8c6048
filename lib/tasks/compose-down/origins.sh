# Finds the project that Compose started from a directory.
# Lists and variables:
#   PROJECT: a project's name, or empty. By the document, check_origins.
#   DIRECTORY, FILES: see compose-down.sh.
#   REAL_DIRECTORY: see files.sh.
#   start-facts: lines `CONTAINER name|home|files JSON`. By check_origins.
#   started-containers: the containers in `start-facts` that Compose created. By check_origins.
#   wanted: lines `home JSON` and `file NUMBER JSON`: what the task asks for, in all spellings. By check_origins.
#   origins: lines `PROJECT own|other ORIGIN`. By check_origins.

# print_json TEXT: prints a text as the CLI prints it in JSON.
print_json() { printf '"%s"\n' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g; s/</\\u003c/g; s/>/\\u003e/g; s/&/\\u0026/g')"; }

# print_relative_path FILE: prints its path from DIRECTORY, with .. for each folder up. Reads DIRECTORY, REAL_DIRECTORY.
# Through a symbolic link .. leads elsewhere, so there it prints the path itself.
print_relative_path() {
  path=$1 base=${DIRECTORY%/} up=''
  if [ "$REAL_DIRECTORY" = "$DIRECTORY" ]; then
    while [ -n "$base" ] && [ "${1#"$base"/}" = "$1" ]; do
      base=${base%/*}
      up=../$up
    done
    path=$up${1#"$base"/}
  fi
  printf '%s\n' "$path"
}

# check_origins: finds the project started from DIRECTORY, with FILES if any. Reads DIRECTORY, FILES. Writes PROJECT.
# The name comes from the containers, because each Compose derives another one from a directory.
# A name that was also started from elsewhere is ambiguous, and nothing of it is removed.
check_origins() {
  # JSON, so that a strange label cannot look like another field.
  facts="{""{if $COMPOSE_MADE}}{""{\$id := .ID}}{""{println \$id \"name\" (json (.Label \"$PROJECT_LABEL\"))}}"
  facts="$facts{""{println \$id \"home\" (json (.Label \"$PROJECT_LABEL.working_dir\"))}}"
  facts="$facts{""{println \$id \"files\" (json (.Label \"$PROJECT_LABEL.config_files\"))}}{""{end}}"
  list_objects start-facts ps -a --no-trunc --filter "label=$PROJECT_LABEL${PROJECT:+=$PROJECT}" --format "$facts"
  cut -d ' ' -f 1 "$WORK/start-facts" | sort -u >"$WORK/started-containers" || fail_no_space
  drop_copies started-containers
  require_described started-containers
  # Compose may have been started through a symbolic link, or not. Version 1 notes files as they were given.
  given=0
  {
    printf 'home %s\n' "$(print_json "$DIRECTORY")" "$(print_json "$REAL_DIRECTORY")"
    IFS=$NEWLINE
    set -f
    for file in $FILES; do
      given=$((given + 1))
      inside=${file#"$DIRECTORY"/}
      for spelling in "$file" "$inside" "$REAL_DIRECTORY/$inside" "$(print_relative_path "$file")"; do
        printf 'file %s %s\n' "$given" "$(print_json "$spelling")"
      done
    done
    set +f
    unset IFS
  } >"$WORK/wanted"
  check_room
  # A line for each container: its project, whether it was started from there, and from where.
  awk -v count="$given" '
    FILENAME == ARGV[1] && $1 == "home" { homes[substr($0, 6)]; next }
    # Without the quotes, because the label has several files in one text.
    FILENAME == ARGV[1] { text = substr($0, length($1 $2) + 4); spelt[substr(text, 1, length(text) - 1)] = $2; next }
    FILENAME == ARGV[2] { starter[$1]; next }
    !($1 in starter) { next }
    { value = substr($0, length($1 $2) + 3) }
    $2 == "name" { name[$1] = value }
    $2 == "home" { home[$1] = value }
    $2 == "files" { files[$1] = value }
    # Whether a label names each of the wanted files, separated by commas, and no other. A name may have a comma too.
    function just_wanted(label, file, next_file, met, found) {
      split("", met)
      for (label = substr(label, 2, length(label) - 2) ","; label != ""; label = substr(label, length(next_file) + 2)) {
        next_file = ""
        for (file in spelt) if (length(file) > length(next_file) && index(label, file ",") == 1) next_file = file
        if (next_file == "") return 0
        if (!(spelt[next_file] in met)) { met[spelt[next_file]]; found++ }
      }
      return found == count
    }
    # The directory of a container, or its files where that is the directory of the task.
    function origin(home, label, folder, at) {
      if (home == "\"\"") return "an unknown directory"
      if (!(home in homes)) return home
      folder = substr(home, 2, length(home) - 2) "/"
      while ((at = index(label, folder)) > 0) label = substr(label, 1, at - 1) substr(label, at + length(folder))
      return label
    }
    END {
      for (id in name) {
        # Compose never gives such a name.
        if (name[id] !~ /^"[a-z0-9][a-z0-9_-]*"$/) continue
        own = home[id] in homes && (count == 0 || just_wanted(files[id]))
        print substr(name[id], 2, length(name[id]) - 2), own ? "own" : "other", origin(home[id], files[id])
      }
    }' "$WORK/wanted" "$WORK/started-containers" "$WORK/start-facts" | sort -u >"$WORK/origins" || fail_no_space
  check_room
  while read -r name whose _; do
    [ "$whose" = own ] || continue
    case $PROJECT in
    '' | "$name") PROJECT=$name ;;
    *) fail ambiguous-project "both $PROJECT and $name were started from $DIRECTORY: give the project's name" ;;
    esac
  done <"$WORK/origins"
  [ -n "$PROJECT" ] || finish nothing '' "no Compose project's containers were started from $DIRECTORY${FILES:+ with these files alone}"
  elsewhere=$(sed -n "s/^$PROJECT other //p" "$WORK/origins" | head -n 1 | cut -c 1-60)
  [ -n "$elsewhere" ] || return 0
  here=$(print_json "$DIRECTORY" | cut -c 1-60)
  [ -z "$FILES" ] || here="$here with $(printf '%s\n' "$FILES" | sed 's/.*\///' | tr '\n' ' ' | cut -c 1-40)"
  fail ambiguous-project "$PROJECT was started from $elsewhere, the task is for $here: project alone takes down both"
}
