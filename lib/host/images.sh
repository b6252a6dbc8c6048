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

# judge_images FILE: of each image on the list `old`, `young` or `tagged`, then its identifier and time and, of a tagged
# one, its references. The later of two times speaks for an image in use: its creation and, for reproducible builds,
# which all claim the same one, its last tagging.
judge_images() {
  facts='{''{.ID}}|{''{json .RepoTags}}|{''{json .Created}}|{''{json .Metadata}}'
  # An image that is not told of has no verdict, and stays.
  # shellcheck disable=SC2016
  in_batches "$1" image inspect --format "$facts" 2>>"$WORK/complaints.judge" |
    with_clock '{
      time = later($3, $4)
      tags = $2
      gsub(/[]["]/, "", tags)
      gsub(/,/, " ", tags)
      print (tags != "" && tags != "null" ? "tagged" : young(time) ? "young" : "old"), $1, sprintf("%.6f", time), tags
    }' >"$WORK/judged" || full
  room
}

# list_parents: a line `ID PARENT` for each image, in the file parents. On the containerd store no image keeps another.
list_parents() {
  printf '' >"$WORK/parents" || full
  [ "$STORE" = classic ] || return 0
  parent='{''{.ID}} {''{.Parent}}'
  list all image ls -aq --no-trunc
  in_batches all image inspect --format "$parent" 2>/dev/null >"$WORK/parents"
}

# worker N: hands every WORKERSth line of the file batches to remove_batch, which the task defines.
worker() {
  n=$1
  awk -v n="$n" -v workers="$WORKERS" 'NR % workers == n' "$WORK/batches" | while IFS= read -r batch; do
    # shellcheck disable=SC2086  # neither identifiers nor references have spaces
    remove_batch $batch
  done
}

# remove_batches: hands all of the file batches to workers and collects what they say.
remove_batches() {
  n=0
  while [ "$n" -lt "$WORKERS" ]; do
    worker "$n" >>"$WORK/said.$n" 2>>"$WORK/complaints.$n" 3>&- 9>&- &
    WORKER_PIDS="$WORKER_PIDS $!"
    n=$((n + 1))
  done
  wait
  WORKER_PIDS=''
  room
  cat "$WORK"/said.* | sed -n 's/^Deleted: //p' | sort -u | comm -12 - "$WORK/old" >"$WORK/removed"
}
