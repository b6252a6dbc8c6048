# What the tasks share that remove images. Never with `docker image prune`: on the containerd store it breaks pulls
# that are under way. Never with -f: that takes an image from under a stopped container, and every tag of an image.

# Commands at once; see benchmark/image-removal.ts.
WORKERS=4

# leave_used FILE: takes out of a sorted list the images that containers use, running or stopped. The Engine refuses to
# remove them anyway; this is for the count, for what a dry run says, and for the tags of such an image.
leave_used() {
  list containers ps -aq --no-trunc
  image='{''{.Image}}'
  inspect_all containers images container "$image"
  sort -u "$WORK/images" >"$WORK/used" || full
  room
  comm -12 "$WORK/$1" "$WORK/used" >"$WORK/used-$1" || full
  without used "$1"
}

# list_arrivals FILE: a line `ID|SECONDS` for each image on the list, in the file arrivals. The classic store notes when an
# image was built and tagged but not when it was pulled or loaded: that is when it wrote the image's configuration. One
# that was pulled a moment ago may be what a `compose up` still waits with for the next one.
list_arrivals() {
  empty arrivals
  [ "$STORE" = classic ] || return 0
  found=no
  for folder in "$DATA_ROOT"/image/*/imagedb/content/sha256; do
    cd "$folder" 2>/dev/null || continue
    found=yes
    sed 's/^sha256://' "$WORK/$1" | xargs stat -c 'sha256:%n|%Y' 2>/dev/null
  done >"$WORK/arrivals"
  cd /
  room
  [ "$found" = yes ] || warn arrivals-unknown
}

# judge_images FILE: of each image on the list `old`, `young`, `tagged` or `kept`, then its identifier, its time and its
# references: its tags and its digests. The latest of three times speaks for an image in use: its
# creation, its arrival and, for reproducible builds, which all claim the same creation, its last tagging.
judge_images() {
  list_kept_projects
  list_arrivals "$1"
  facts='{''{.ID}}|{''{json .RepoTags}}|{''{json .RepoDigests}}|{''{json .Created}}|{''{json .Metadata}}|'
  facts="$facts{""{with .Config}}$(project_of .Labels){""{end}}"
  # An image that is not told of has no verdict, and stays.
  in_batches "$1" image inspect --format "$facts" >"$WORK/facts" 2>>"$WORK/complaints.judge"
  ! expired || unanswered
  room
  # shellcheck disable=SC2016
  with_clock '
    function references(json) {
      json = json == "null" ? "" : substr(json, 2, length(json) - 2)
      gsub(/"/, "", json)
      gsub(/,/, " ", json)
      return json
    }
    FILENAME == ARGV[1] { whole[$0]; next }
    # Some storage driver of old may have known it as well.
    FILENAME == ARGV[2] { if (!($1 in arrival) || $2 > arrival[$1]) arrival[$1] = $2; next }
    # Of images that are all gone, the CLI says an empty line.
    $1 != "" {
      tags = references($2)
      digests = references($3)
      time = later($4, $5)
      if ($1 in arrival && arrival[$1] > time) time = arrival[$1]
      project = substr($0, length($1 $2 $3 $4 $5) + 6)
      verdict = project in whole ? "kept" : tags != "" ? "tagged" : young(time) ? "young" : "old"
      print verdict, $1, sprintf("%.6f", time), tags != "" && digests != "" ? tags " " digests : tags digests
    }' "$WORK/kept-projects" "$WORK/arrivals" "$WORK/facts" >"$WORK/judged" || full
  room
}

# references JSON: those of a list, a line each.
references() { printf '%s\n' "$1" | sed 's/^null$//; s/^\[//; s/\]$//; s/"//g' | tr ',' '\n' | sort; }

# list_parents: a line `ID PARENT` for each image, in the file parents. On the containerd store no image keeps another.
list_parents() {
  empty parents
  [ "$STORE" = classic ] || return 0
  parent='{''{.ID}} {''{.Parent}}'
  list all image ls -aq --no-trunc
  in_batches all image inspect --format "$parent" 2>/dev/null >"$WORK/parents"
  ! expired || unanswered
}

# worker N: hands every WORKERSth line of the file batches to remove_batch, which the task defines.
worker() {
  n=$1
  set -f # the address of a registry may have brackets
  awk -v n="$n" -v workers="$WORKERS" 'NR % workers == n' "$WORK/batches" | while IFS= read -r batch; do
    # shellcheck disable=SC2086  # neither identifiers nor references have spaces
    remove_batch $batch
  done
}

# stop: what happens at a signal while images go. A worker ends its batch, as one in the middle may owe its image tags, and
# begins no other; then all goes on as at the deadline, so that the result says what went.
stop() {
  touch "$WORK/stop"
  fail() { interrupted; }
  wait
}

# remove_batches: hands all of the file batches to workers and collects what they say.
remove_batches() {
  trap stop HUP INT TERM
  n=0
  while [ "$n" -lt "$WORKERS" ]; do
    worker "$n" >>"$WORK/said.$n" 2>>"$WORK/complaints.$n" 3>&- 9>&- &
    n=$((n + 1))
  done
  wait
  room
  cat "$WORK"/said.* | sed -n 's/^Deleted: //p' | sort -u | comm -12 - "$WORK/old" >"$WORK/removed"
}

# passed_tagged: an image may be tagged before the last look at it or after, when the Engine refuses to remove it.
passed_tagged() {
  passed tagged "$(cat "$WORK"/tagged* "$WORK"/complaints.* 2>/dev/null | grep -cE '^sha256:|in multiple repositories')"
}
