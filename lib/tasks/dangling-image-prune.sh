# Removes the dangling images that carry all the labels. Settings: LABELS (key=value a line), OLDER_THAN (seconds).
#
# Never with `docker image prune`: on the containerd store it breaks pulls that are under way. Never with -f: that
# takes an image from under a stopped container, and every tag of one that was tagged a moment ago.

# Images per command, and commands at once. Small batches: between the last look at the tags and the removal little
# time may pass. See benchmark/image-removal.ts.
BATCH=5
WORKERS=4

# list_dangling FILE [FILTER...]: identifiers of the labelled dangling images.
list_dangling() {
  IFS=$NEWLINE
  set -f
  for wanted in $LABELS; do
    set -- "$@" --filter "label=$wanted"
  done
  set +f
  unset IFS
  name=$1
  shift
  list "$name" image ls -q --no-trunc --filter dangling=true "$@"
}

# Identifiers of the images that containers use, running or stopped. The Engine refuses to remove them anyway;
# this is for the count, and for what a dry run says.
list_used() {
  list containers ps -aq --no-trunc
  image='{''{.Image}}'
  in_batches containers inspect --type container --format "$image" 2>/dev/null | sort -u >"$WORK/used"
}

# in_batches FILE ARGUMENTS...: the Docker CLI on the lines of a file.
in_batches() {
  input=$WORK/$1
  shift
  bounded "$STEP_TIMEOUT" xargs -n 100 docker "$@" <"$input"
}

# Of the candidates those that have no tag and whose age is known, with the later of the two times that speak for an
# image in use: its creation and, for reproducible builds, which all claim the same one, its last tagging.
# Prints `old ID`, `young ID` or `tagged ID`.
judge() {
  facts='{''{.ID}} {''{json .RepoTags}} {''{json .Created}} {''{json .Metadata}}'
  in_batches candidates image inspect --format "$facts" 2>"$WORK/complaints.judge" |
    awk -v limit="$(($(date +%s) - OLDER_THAN))" '
      function epoch(text, year, month, days, time, zone) {
        if (!match(text, /[0-9]+-[0-9][0-9]-[0-9][0-9]T/)) return 0
        text = substr(text, RSTART)
        year = substr(text, 1, 4) + 0
        month = substr(text, 6, 2) + 0
        if (month <= 2) { year--; month += 12 }
        days = 365 * year + int(year / 4) - int(year / 100) + int(year / 400)
        days += int((153 * (month - 3) + 2) / 5) + substr(text, 9, 2) - 719469
        time = days * 86400 + substr(text, 12, 2) * 3600 + substr(text, 15, 2) * 60 + substr(text, 18, 2)
        if (match(text, /[+-][0-9][0-9]:[0-9][0-9]/)) {
          zone = substr(text, RSTART + 1, 2) * 3600 + substr(text, RSTART + 4, 2) * 60
          time += substr(text, RSTART, 1) == "-" ? zone : -zone
        }
        return time
      }
      $2 != "[]" && $2 != "null" { print "tagged", $1; next }
      epoch($3) > limit || epoch($4) > limit { print "young", $1; next }
      { print "old", $1 }' >"$WORK/judged"
}

# verdict NAME: puts the images so judged into a file of that name.
verdict() { sed -n "s/^$1 //p" "$WORK/judged" | sort -u >"$WORK/$1" || full; }

# worker N: removes every WORKERSth batch. Right before, it looks again whether an image was tagged meanwhile.
worker() {
  n=$1
  tags='{''{.ID}} {''{json .RepoTags}}'
  awk -v n="$n" -v workers="$WORKERS" 'NR % workers == n' "$WORK/batches" | while IFS= read -r batch; do
    # shellcheck disable=SC2046,SC2086  # identifiers have no spaces
    {
      engine image inspect --format "$tags" $batch >"$WORK/tags.$n"
      grep -vE ' (\[\]|null)$' "$WORK/tags.$n" >>"$WORK/tagged.$n"
      set -- $(sed -nE 's/ (\[\]|null)$//p' "$WORK/tags.$n")
      [ $# -eq 0 ] || engine image rm --no-prune "$@"
    }
  done
}

remove_images() {
  # A line cut short on a full disk could be the beginning of another image's identifier.
  xargs -n "$BATCH" <"$WORK/old" >"$WORK/batches" || full
  n=0
  while [ "$n" -lt "$WORKERS" ]; do
    worker "$n" >"$WORK/said.$n" 2>"$WORK/complaints.$n" 3>&- 9>&- &
    n=$((n + 1))
  done
  wait
  cat "$WORK"/said.* | sed -n 's/^Deleted: //p' | sort -u | comm -12 - "$WORK/old" >"$WORK/removed"
  # What nobody can prevent, everybody shall know: a tag that came in the instant before the removal went with it.
  ! grep -h '^Untagged: ' "$WORK"/said.* | grep -qv '@' || warn tag-removed
}

# complaints OPTION PATTERN: the Engine's complaints that match, as grep takes it.
complaints() { grep -v '^WARNING' "$WORK/complaints" | grep -iE 'error|cannot|no such' | grep -iE "$@"; }

begin
list_dangling candidates
list_dangling kept --filter "label=$KEEP_LABEL"
passed kept "$(lines kept)"
without kept candidates
list_used
comm -12 "$WORK/candidates" "$WORK/used" >"$WORK/used-candidates"
without used candidates
judge
verdict old
verdict young
verdict tagged
: >"$WORK/removed"
if [ "$DRY_RUN" = false ] && [ -s "$WORK/old" ]; then
  remove_images
  measured
fi
cat "$WORK"/complaints.* >"$WORK/complaints"
cat "$WORK/complaints"
no_such='no such image'
conflict='conflict: unable to'
[ "$DRY_RUN" = false ] || cp "$WORK/old" "$WORK/removed"
count images "$(lines removed)"
passed inUse "$(($(lines used-candidates) + $(complaints -c "$conflict")))"
passed young "$(lines young)"
passed tagged "$(cat "$WORK"/tagged* | wc -l)"
passed gone "$(complaints -c "$no_such")"
if expired && [ "$(gone old removed)" -gt 0 ]; then
  fail deadline "the task's time of $STEP_TIMEOUT s was over; the next run goes on with the rest"
fi
refusal=$(complaints -v -m 1 "$no_such|$conflict")
[ -z "$refusal" ] || fail not-removed "$refusal"
[ ! -s "$WORK/removed" ] || finish 'done'
finish nothing
