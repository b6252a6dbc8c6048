# Ages: what is old enough to remove.
# Lists and variables:
#   OLDER_THAN: seconds. By the document.
#   MOUNTED_BEFORE: seconds since 1970, or empty. By list_used_images.
#   CLOCK: constant: functions for awk. By this file.

# The functions of CLOCK:
#   epoch(TIME): seconds since 1970 of a time as the Engine writes it, below 0 if it is not a time.
#   later(TIME, TIME): the later of two times, in seconds since 1970.
#   young(SECONDS): whether an object of that time is too young to remove.
#   age(SECONDS): the age now of an object of that time, in whole minutes, hours or days, or `-`.
#   undated(SECONDS): whether an object must be kept because its age is unknown.
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
function age(time, seconds) {
  seconds = limit + older - time
  if (time < 0 || seconds < 0) return time < 0 ? "-" : "0m"
  return seconds < 3600 ? int(seconds / 60) "m" : seconds < 86400 ? int(seconds / 3600) "h" : int(seconds / 86400) "d"
}
function undated(time) { return older > 0 && time < 0 }
'

# run_awk PROGRAM FILE...: runs awk with the functions of CLOCK. Reads OLDER_THAN, MOUNTED_BEFORE.
# Fields are separated by |.
run_awk() {
  program=$CLOCK$1
  shift
  awk -F '|' -v limit="$(($(date +%s) - OLDER_THAN))" -v older="$OLDER_THAN" -v mounted="${MOUNTED_BEFORE:-}" "$program" "$@"
}
