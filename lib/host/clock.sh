# Times and ages.

# For awk: epoch(TIME), in seconds since 1970, of a time as the Engine writes it, below 0 where it is none;
# later(TIME, TIME); young(SECONDS), whether something of that time is to be left for its age; undated(SECONDS),
# whether it is to be left because nobody knows its age.
CLOCK='
function epoch(text, year, month, days, time, zone) {
  if (!match(text, /[0-9]+-[0-9][0-9]-[0-9][0-9]T/)) return -1
  text = substr(text, RSTART)
  year = substr(text, 1, 4) + 0
  month = substr(text, 6, 2) + 0
  if (month <= 2) { year--; month += 12 }
  days = 365 * year + int(year / 4) - int(year / 100) + int(year / 400)
  days += int((153 * (month - 3) + 2) / 5) + substr(text, 9, 2) - 719469
  time = days * 86400 + substr(text, 12, 2) * 3600 + substr(text, 15, 2) * 60 + substr(text, 18, 2)
  if (match(text, /\.[0-9]+/)) time += substr(text, RSTART, RLENGTH)
  if (match(text, /[+-][0-9][0-9]:[0-9][0-9]/)) {
    zone = substr(text, RSTART + 1, 2) * 3600 + substr(text, RSTART + 4, 2) * 60
    time += substr(text, RSTART, 1) == "-" ? zone : -zone
  }
  return time
}
function later(one, other) { one = epoch(one); other = epoch(other); return one > other ? one : other }
function young(time) { return older > 0 && time >= limit }
function undated(time) { return older > 0 && time < 0 }
'
# with_clock PROGRAM FILE...: awk with those; fields are separated by |.
run_awk() {
  program=$CLOCK$1
  shift
  awk -F '|' -v limit="$(($(date +%s) - OLDER_THAN))" -v older="$OLDER_THAN" -v mounted="${MOUNTED_BEFORE:-}" "$program" "$@"
}
