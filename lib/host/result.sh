# The result that a step prints when it ends: one line of JSON, then a line for each object.
# Lists and variables:
#   TASK, STEP, DRY_RUN: of this step. By the document.
#   START, NOW: seconds since boot, at the start and at the last look. By read_clock.
#   REMOVED: members of `removed`, as JSON. By report_removed; conclude_prune and count_removed start it anew.
#   PASSED_OVER: members of `passedOver`, as JSON. By report_passed_over; report_passed_projects starts it anew.
#   BYTES_RECLAIMED: a number, or empty. By count_reclaimed.
#   HOST_FACTS, DISK_FACTS: members of `host` and of `disk`, as JSON. By host.sh, disk.sh.
#   KILLED, KILLED_OMITTED: items of `killed`, as JSON, and how many more there are. By report_killed.
#   LEFT, LEFT_OMITTED: items of `left`, as JSON, and how many more there are. By report_left.
#   WARNINGS: items of `warnings`, as JSON. By warn.
#   TEXT: the last text as a JSON string. By quote_text.

REMOVED='' PASSED_OVER='' BYTES_RECLAIMED='' HOST_FACTS='' DISK_FACTS=''
KILLED='' KILLED_OMITTED=0 LEFT='' LEFT_OMITTED=0 WARNINGS=''

# quote_text STRING BYTES: makes a JSON string of at most BYTES bytes. Writes TEXT.
# It replaces characters that need an escape, so that the length is known beforehand.
quote_text() {
  TEXT=$(printf '%s' "$1" | tr '\n\t"\134' "  '/" | tr -c '\040-\176' '?' | cut -c "1-$2")
  TEXT="\"$TEXT\""
}

# finish OUTCOME [REASON MESSAGE]: prints the result and ends the script. Reads all variables of this file.
finish() {
  trap - EXIT
  trap '' HUP INT TERM
  read_clock
  result="{\"v\":1,\"task\":\"$TASK\",\"outcome\":\"$1\",\"dryRun\":$DRY_RUN,\"seconds\":$((NOW - START))"
  [ -z "${2:-}" ] || result="$result,\"reason\":\"$2\""
  if [ -n "${3:-}" ]; then
    quote_text "$3" 200
    result="$result,\"message\":$TEXT"
  fi
  [ -z "$REMOVED" ] || result="$result,\"removed\":{$REMOVED}"
  [ -z "$BYTES_RECLAIMED" ] || result="$result,\"bytesReclaimed\":$BYTES_RECLAIMED"
  objects=$(print_objects)
  size=${objects%%"$NEWLINE"*}
  [ -z "$size" ] || result="$result,\"sizeOfRemoved\":$size"
  [ -z "$PASSED_OVER" ] || result="$result,\"passedOver\":{$PASSED_OVER}"
  [ -z "$KILLED" ] || result="$result,\"killed\":[$KILLED]"
  [ "$KILLED_OMITTED" = 0 ] || result="$result,\"killedOmitted\":$KILLED_OMITTED"
  [ -z "$LEFT" ] || result="$result,\"left\":[$LEFT]"
  [ "$LEFT_OMITTED" = 0 ] || result="$result,\"leftOmitted\":$LEFT_OMITTED"
  [ -z "$WARNINGS" ] || result="$result,\"warnings\":[$WARNINGS]"
  [ -z "$HOST_FACTS" ] || result="$result,\"host\":{$HOST_FACTS}"
  [ -z "$DISK_FACTS" ] || result="$result,\"disk\":{$DISK_FACTS}"
  objects=${objects#"$size"}
  objects=${objects#"$NEWLINE"}
  [ -z "$objects" ] || result="$result,\"objects\":$(printf '%s\n' "$objects" | wc -l | tr -d ' ')"
  log "$1${2:+ ($2)}${3:+: $3}"
  printf '%s}\n' "$result" >&3
  [ -z "$objects" ] || printf '%s\n' "$objects" >&3
  # With a code: in a trap, `exit` alone would end with the code of the interrupted command.
  [ "$1" = failed ] || exit 0
  exit 1
}

# fail REASON MESSAGE: prints a failed result and ends the script.
fail() { finish failed "$1" "$2"; }

# skip REASON MESSAGE: prints a skipped result and ends the script.
skip() { finish skipped "$1" "$2"; }

# warn CODE: adds a warning, once. Writes WARNINGS.
warn() {
  case $WARNINGS in *"\"$1\""*) ;; *) WARNINGS="$WARNINGS${WARNINGS:+,}\"$1\"" ;; esac
}

# report_removed KIND N: adds a count of removed objects. Writes REMOVED.
report_removed() { REMOVED="$REMOVED${REMOVED:+,}\"$1\":$2"; }

# report_passed_over REASON N: adds a count of objects that are kept, unless it is 0. Writes PASSED_OVER.
report_passed_over() { [ "$2" -eq 0 ] || PASSED_OVER="$PASSED_OVER${PASSED_OVER:+,}\"$1\":$2"; }

# report_left STRING: adds the name of an object that should be removed and is still there. Writes LEFT, LEFT_OMITTED.
# A budget keeps the result below 1,200 bytes.
report_left() {
  quote_text "$1" 90
  if [ $((${#LEFT} + ${#TEXT})) -lt 220 ]; then
    LEFT="$LEFT${LEFT:+,}$TEXT"
  else
    LEFT_OMITTED=$((LEFT_OMITTED + 1))
  fi
}
