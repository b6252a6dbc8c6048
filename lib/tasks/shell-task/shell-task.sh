# Runs a script of the user's own and reports the result that it prints.
# Lists and variables:
#   SCRIPT, SUPPORTS_DRY_RUN: the script's text; `true` or `false`. By the document.
#   DRY_RUN, KEEP_LABEL, SECONDS_LEFT: what the script finds in its environment. By prelude.sh, run_script.
#   RUN_DIR, STEP, STEP_TIMEOUT, DEADLINE: see prelude.sh.
#   ANSWER: the folder of this run's answer. By this file.
#   WARNINGS: see result.sh.
#   script: the script. By run_script.
#   answer.PID: a folder. Its file output has the first lines of stdout, its file code the exit code or `running`.
#     By this file, run_script.
#   result-fields: lines `FIELD VALUE` of the script's result, or a line `broken REASON`. By read_result.
#   accounts, described: see objects.sh. By report_fields.

# read_result: prints the fields of the script's result, one a line. Reads ANSWER.
# It accepts one line of JSON, then a line for each object, and only what the contract allows.
read_result() {
  awk -v dry="$DRY_RUN" '
    function take(pattern) {
      if (!match(rest, "^[ ]*" pattern)) return 0
      got = substr(rest, 1, RLENGTH)
      sub(/^ */, "", got)
      rest = substr(rest, RLENGTH + 1)
      return 1
    }
    function text() {
      if (!take("\"[^\"\\\\]*\"")) broken("a string without escapes is missing" at())
      return substr(got, 2, length(got) - 2)
    }
    function code(value) {
      value = text()
      if (value !~ /^[a-z][a-z0-9-]*$/ || length(value) > 40) broken("a code that is invalid or longer than 40 characters ends" at())
      return value
    }
    function need(sign, pattern) { if (!take(pattern)) broken(sign " is missing" at()) }
    # It says where the result is wrong and not what is there, because the script may print a secret.
    function at() { return " at byte " (length($0) - length(rest) + 1) }
    function broken(why) { print "broken " why; exit }
    function removed(kind) {
      need("{", "[{]")
      if (take("[}]")) return
      do {
        kind = text()
        if (kind !~ /^(projects|containers|images|volumes|networks|cacheRecords)$/) broken("an unknown kind of object ends" at())
        need(":", ":")
        if (!take("[0-9]+")) broken("a whole number is missing" at())
        if (length(got) > 9 || kind in counted) broken("a second count of a kind, or a count of more than 9 digits, ends" at())
        counted[kind]
        print "removed " kind " " (got + 0)
        word = kind
        sub(/s$/, "", word)
        sub(/R/, "-r", word)
        count[word] = got + 0
      } while (take(","))
      need("}", "[}]")
    }
    function strings(name) {
      need("[", "[[]")
      if (take("[]]")) return
      do print name " " (name == "warning" ? code() : text()); while (take(","))
      need("]", "[]]")
    }
    NR > 1 {
      if (length($0) > 1200 || $0 !~ /^(removed|would-remove|left|kept) (project|container|image|volume|network|cache-record) [!-~]+ (-|[0-9]+B) (-|[0-9]+[mhd]) [!-~]+ [!-~]+$/) {
        if (!strange) strange = NR
        next
      }
      if (($1 == "removed" && dry == "true") || ($1 == "would-remove" && dry != "true")) wrong = NR
      if ($1 ~ /^(removed|would-remove)$/) listed[$2]++
      print "object " $0
      next
    }
    length($0) > 1200 { broken("it is longer than 1,200 bytes"); next }
    {
      rest = $0
      need("{", "[{]")
      do {
        name = text()
        if (name in known) broken("a repeated member name ends" at())
        known[name]
        need(":", ":")
        if (name == "outcome" || name == "reason") print name " " code()
        else if (name == "message") print "message " text()
        else if (name == "removed") removed()
        else if (name == "warnings") strings("warning")
        else if (name == "left") strings("left")
        else broken("an unknown member name ends" at())
      } while (take(","))
      need("}", "[}]")
      if (rest !~ /^ *$/) broken("there is more text" at())
    }
    END {
      if (NR == 0) print "broken it printed nothing"
      if (strange) print "broken line " strange " is not an object, see the documentation of ShellTask"
      if (wrong) print "broken line " wrong " says " (dry == "true" ? "removed in a dry run" : "would-remove, but this is not a dry run")
      for (word in listed) if (listed[word] != count[word] + 0) print "broken it lists " listed[word] " objects of the kind " word ", and counts " (count[word] + 0)
    }' "$ANSWER/output"
}

# print_field NAME: prints the first field of that name. Reads result-fields.
print_field() { sed -n "s/^$1 //p" "$WORK/result-fields" | head -n 1; }

# run_script: runs the script and waits for it. Reads SCRIPT, ANSWER, DEADLINE. Writes script, SECONDS_LEFT.
run_script() {
  printf '%s\n' "$SCRIPT" >"$WORK/script"
  # Half a script could do anything, and not every shell reports a full disk. The dots keep line ends at the end.
  [ "$(cat "$WORK/script" && echo .)" = "$SCRIPT$NEWLINE." ] || fail_no_space
  read_clock
  export DRY_RUN KEEP_LABEL SECONDS_LEFT=$((DEADLINE - NOW))
  # A script outlives the SIGKILL that the agent sends to a cancelled step.
  # No second copy may start before it has ended, so the shell that waits for it holds a lock.
  # The script itself does not hold the lock, as it may leave a service running. Nor does timeout.
  # awk reads all that the script prints, so that the script does not end for want of a reader.
  # It keeps the beginning only.
  # SIGTERM is for the script and its children. The shell ignores it:
  # if it ended too, timeout would not send SIGKILL to a child that ignores SIGTERM.
  # shellcheck disable=SC2016
  run_bounded "$STEP_TIMEOUT" sh -c '
    trap "" TERM
    exec 8>>"$2"
    flock -n 8 || { echo running >"$3/code"; exit; }
    { (trap - TERM; exec sh "$1/script" 8>&-); echo "$?" >"$3/code"; } | awk "NR <= 10001 { print substr(\$0, 1, 1300) }" >"$3/output"
  ' sh "$WORK" "$RUN_DIR/$STEP.lock" "$ANSWER"
  ! is_time_over || fail deadline "the script or a child of it had not ended within the task's time of $STEP_TIMEOUT s"
  if [ ! -s "$ANSWER/code" ]; then
    check_room # without it the code could not be noted
    fail script-failed 'the script was ended from outside'
  fi
}

# report_fields: adds the fields to this task's result. Reads result-fields, WARNINGS. Writes accounts, described.
report_fields() {
  sed -nE 's/^object ([^ ]+ [^ ]+ [^ ]+) .*/\1/p' "$WORK/result-fields" >"$WORK/accounts" || fail_no_space
  sed -nE 's/^object [^ ]+ [^ ]+ //p' "$WORK/result-fields" >"$WORK/described" || fail_no_space
  check_room
  removed=$(sed -n 's/^removed //p' "$WORK/result-fields")
  IFS=$NEWLINE
  set -f
  for line in $removed; do
    report_removed "${line% *}" "${line#* }"
  done
  # shellcheck disable=SC2013  # split into lines
  for line in $(sed -n 's/^warning //p' "$WORK/result-fields"); do
    [ ${#WARNINGS} -gt 120 ] || warn "$line"
  done
  # shellcheck disable=SC2013
  for line in $(sed -n 's/^left //p' "$WORK/result-fields"); do
    report_left "$line"
  done
  set +f
  unset IFS
}

begin_task
[ "$DRY_RUN" = false ] || [ "$SUPPORTS_DRY_RUN" = true ] ||
  skip dry-run-unsupported 'the task does not say that its script supports a dry run, so the script was not run'
# The folder is of this run alone, because a script that outlives its step must not answer for a later one.
ANSWER=$WORK/answer.$$
{ mkdir "$ANSWER" && printf '' >"$ANSWER/output"; } || fail_no_space
run_script
read -r code <"$ANSWER/code"
[ "$code" != running ] || skip script-running 'the script of an earlier run, which was cancelled, still runs'
[ "$DRY_RUN" = true ] || count_reclaimed
[ -s "$ANSWER/output" ] || [ "$code" = 0 ] || fail script-failed "the script ended with code $code and printed no result"
read_result >"$WORK/result-fields" || fail_no_space
broken=$(print_field broken)
[ -z "$broken" ] || fail broken-result "the script's result breaks the contract: $broken"
outcome=$(print_field outcome)
reason=$(print_field reason)
case $outcome in
'done' | nothing) [ "$code" = 0 ] || fail broken-result "its result says $outcome, yet it ended with code $code" ;;
skipped | failed) [ -n "$reason" ] || fail broken-result "its result says $outcome, but gives no reason" ;;
*) fail broken-result 'the outcome in its result is not done, nothing, skipped or failed' ;;
esac
report_fields
finish "$outcome" "$reason" "$(print_field message)"
