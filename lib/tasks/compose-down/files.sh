# Checks the directory and the files of a task for ComposeDown.
# Lists and variables:
#   PROJECT, DIRECTORY, FILES: see compose-down.sh.
#   STEP_TIMEOUT: of this step. By the document.
#   FILES_UNUSABLE: `yes` if Compose cannot use the directory or its files, else empty. By reject_files, this file.
#   PROFILES: the profiles that Compose gets, `*` for all, or empty. By check_files, this file.
#   REAL_DIRECTORY: DIRECTORY without symbolic links. By check_directory, this file.
#   path-output: what a command printed about a path. By check_path.
#   compose-said: what Compose printed last. By run_compose_on_files.

FILES_UNUSABLE='' PROFILES='' REAL_DIRECTORY=$DIRECTORY

# reject_files REASON MESSAGE: gives up Compose's files, or ends the task. Reads PROJECT. Writes FILES_UNUSABLE.
# With a project's name, the Engine stops the project. Without one, it is unknown which project is meant.
reject_files() {
  ! is_time_over || fail deadline "the task's time of $STEP_TIMEOUT s was over before Compose had read its files"
  [ -n "$PROJECT" ] || fail "$1" "$2"
  log "$2"
  warn "$1"
  FILES_UNUSABLE=yes
}

# check_path PATH COMMAND REASON MESSAGE: runs a command on a user's path, or calls reject_files. Writes path-output.
# The file system of the path may not answer.
check_path() {
  code=0
  run_bounded 10 sh -c "$2" sh "$1" >"$WORK/path-output" 2>/dev/null || code=$?
  [ "$code" != 0 ] || return 0
  # Such codes come from timeout and from signals.
  if [ "$code" -ge 124 ]; then
    reject_files directory-unanswered "the file system of $1 has not answered for 10 s"
  else
    reject_files "$3" "$4"
  fi
  return 1
}

# check_directory: checks DIRECTORY and FILES. Reads DIRECTORY, FILES. Writes REAL_DIRECTORY, FILES_UNUSABLE.
check_directory() {
  # shellcheck disable=SC2016
  check_path "$DIRECTORY" 'cd "$1" && pwd -P' directory-missing "there is no directory $DIRECTORY on this host" || return 0
  REAL_DIRECTORY=$(cat "$WORK/path-output")
  IFS=$NEWLINE
  set -f
  for file in $FILES; do
    # shellcheck disable=SC2016
    check_path "$file" '[ -f "$1" ]' compose-file-missing "there is no Compose file $file on this host" || break
  done
  set +f
  unset IFS
  [ "$COMPOSE" = none ] || [ -n "$FILES_UNUSABLE" ] || check_files
}

# check_files: checks that Compose can read the files. Reads DIRECTORY, FILES. Writes PROFILES, FILES_UNUSABLE.
check_files() {
  # With all profiles, the hooks of all services run. Some files are valid only without.
  for PROFILES in '*' ''; do
    code=0
    read_clock
    patience=$((NOW + 30))
    run_compose_on_files 30 config -q || code=$?
    [ "$code" != 0 ] || return 0
    read_clock
    # A file that another one names may never answer.
    [ "$NOW" -lt "$patience" ] || {
      reject_files directory-unanswered "Compose has not read the files in $DIRECTORY within 30 s"
      return
    }
  done
  [ "$code" -lt 124 ] || {
    reject_files compose-file-invalid "Compose ended with code $code when it read the files in $DIRECTORY"
    return
  }
  # shellcheck disable=SC2016
  [ -n "$FILES" ] || check_path "$DIRECTORY" 'cd "$1" && for name in compose.yaml compose.yml docker-compose.yml docker-compose.yaml; do
    [ ! -f "$name" ] || exit 0; done; exit 1' compose-file-missing "Compose finds no file in $DIRECTORY" || return 0
  reject_files compose-file-invalid "Compose refuses the files in $DIRECTORY$(print_fault): run docker compose config -q there"
}

# print_fault: prints where Compose found a fault: service and key, or the line. Reads compose-said.
# It prints no value, because a value may be a password. Compose quotes values, and the text before a quote has none.
# Seen with 1.29, 2.26 and 2.40. If the wording is unknown, it prints nothing.
print_fault() {
  awk -F '["\047\140]' '
    $1 ~ / format for $/ && $3 ~ /^ option in [a-z]+ $/ && $2 $4 ~ /^[A-Za-z0-9_.-]+$/ {
      split($3, word, " ")
      place = word[3] "s." $4 "." $2
    }
    !place && match(" " $1, / (services|volumes|networks|secrets|configs)(\.[A-Za-z0-9_-]+)+/) { place = substr($1, RSTART, RLENGTH - 1) }
    !place && match($1, /line [0-9]+/) { place = substr($1, RSTART, RLENGTH) }
    !place && match($3, /^, line [0-9]+/) { place = substr($3, 3, RLENGTH - 2) }
    place { print " at " substr(place, 1, 80); exit }' "$WORK/compose-said"
}
