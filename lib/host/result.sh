# The result that a step prints.

REMOVED='' PASSED_OVER='' BYTES_RECLAIMED='' HOST_FACTS=''
KILLED='' KILLED_OMITTED=0 LEFT='' LEFT_OMITTED=0 WARNINGS=''

# text STRING BYTES: sets TEXT to a JSON string of at most BYTES bytes. What would need an escape is replaced,
# so that the length is known before.
quote_text() {
  TEXT=$(printf '%s' "$1" | tr '\n\t"\134' "  '/" | tr -c '\040-\176' '?' | cut -c "1-$2")
  TEXT="\"$TEXT\""
}

# finish OUTCOME [REASON MESSAGE]: prints the result and ends the script.
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
  [ -z "$PASSED_OVER" ] || result="$result,\"passedOver\":{$PASSED_OVER}"
  [ -z "$KILLED" ] || result="$result,\"killed\":[$KILLED]"
  [ "$KILLED_OMITTED" = 0 ] || result="$result,\"killedOmitted\":$KILLED_OMITTED"
  [ -z "$LEFT" ] || result="$result,\"left\":[$LEFT]"
  [ "$LEFT_OMITTED" = 0 ] || result="$result,\"leftOmitted\":$LEFT_OMITTED"
  [ -z "$WARNINGS" ] || result="$result,\"warnings\":[$WARNINGS]"
  [ -z "$HOST_FACTS" ] || result="$result,\"host\":{$HOST_FACTS}"
  log "$1${2:+ ($2)}${3:+: $3}"
  printf '%s}\n' "$result" >&3
  # With its code, for in a trap `exit` alone would end with that of what was interrupted.
  [ "$1" = failed ] || exit 0
  exit 1
}
fail() { finish failed "$1" "$2"; }
skip() { finish skipped "$1" "$2"; }

warn() {
  case $WARNINGS in *"\"$1\""*) ;; *) WARNINGS="$WARNINGS${WARNINGS:+,}\"$1\"" ;; esac
}

# count NAME N: adds to what was removed; passed NAME N: to what was left alone and why, if any.
report_removed() { REMOVED="$REMOVED${REMOVED:+,}\"$1\":$2"; }
report_passed_over() { [ "$2" -eq 0 ] || PASSED_OVER="$PASSED_OVER${PASSED_OVER:+,}\"$1\":$2"; }

# left STRING: names something that should be gone and is not, within a budget that keeps the result below 1,200 bytes.
report_left() {
  quote_text "$1" 90
  if [ $((${#LEFT} + ${#TEXT})) -lt 220 ]; then
    LEFT="$LEFT${LEFT:+,}$TEXT"
  else
    LEFT_OMITTED=$((LEFT_OMITTED + 1))
  fi
}
