# What the tasks share that remove images. Never with `docker image prune`: on the containerd store it breaks pulls
# that are under way. Never with -f: that takes an image from under a stopped container, and every tag of an image.

# Commands at once; see benchmark/image-removal.ts.
WORKERS=4

# list_used_images: the images that containers use, running or stopped, into the file used: those that they run from, and
# those that they mount. The Engine removes a mounted image by its identifier even while the container runs, and a container
# names it as its user did, by a tag that may have moved since: where it may have, MOUNTED_BEFORE is set to the time of that
# container, as every image that is older may be the one.
list_used_images() {
  MOUNTED_BEFORE=''
  list_objects containers ps -aq --no-trunc
  # shellcheck disable=SC2016
  uses='{''{$created := .Created}}{''{println "runs" .Image}}{''{range .HostConfig.Mounts}}{''{if eq .Type "image"}}{''{println "mounts" $created .Source}}{''{end}}{''{end}}'
  inspect_all containers image-uses container "$uses"
  require_described containers
  sed -n 's/^runs //p' "$WORK/image-uses" >"$WORK/used-images.unsorted" || fail_no_space
  sed -n 's/^mounts //p' "$WORK/image-uses" | sort -u >"$WORK/image-mounts" || fail_no_space
  while read -r created reference; do
    # A name that has moved is of another image now; one without an image was of one that has lost it.
    now_is=$(run_docker image inspect --format '{''{.ID}} {''{json .Metadata.LastTagTime}}' "$reference" 2>"$WORK/cli-error") || {
      check_room
      is_engine_answering || fail_unanswered 1
    }
    printf '%s\n' "${now_is%% *}" >>"$WORK/used-images.unsorted"
    printf '%s|%s|%s|%s\n' "$created" "${now_is#* }" "${now_is%% *}" "$reference"
  done <"$WORK/image-mounts" >"$WORK/image-mounts-now" || fail_no_space
  sed '/^$/d' "$WORK/used-images.unsorted" | sort -u >"$WORK/used-images" || fail_no_space
  check_room
  # The classic store notes no time when `docker pull` or `docker load` gives a tag: it may have moved.
  # shellcheck disable=SC2016
  MOUNTED_BEFORE=$(run_awk '
    { id = $3; sub(/^sha256:/, "", id); created = epoch($1); tagged = epoch($2) }
    id != "" && index(id, substr($4, $4 ~ /^sha256:/ ? 8 : 1)) == 1 { next }
    id != "" && tagged > 0 && tagged <= created { next }
    created > latest { latest = created }
    END { if (latest) printf "%.6f\n", latest }' "$WORK/image-mounts-now")
}

# leave_used FILE: takes out of a sorted list the images that containers use. The Engine refuses to remove most of them anyway;
# this is for those that it would not refuse, for the count, for what a dry run says, and for the tags of such an image.
drop_used() {
  comm -12 "$WORK/$1" "$WORK/used-images" >"$WORK/used-$1" || fail_no_space
  subtract_list used-images "$1"
}

# leave_mounted FILE: takes out of a list of judged images those that a container may have mounted, and counts them as used.
drop_mounted() {
  list_judged mounted
  comm -12 "$WORK/mounted" "$WORK/$1" >>"$WORK/used-candidates" || fail_no_space
  subtract_list mounted "$1"
}

# list_held_images FILE: which images on the list somebody uses by now, into the file held-now, and which have a tag that they
# had not when they were judged, into the file retagged.
list_used_now_images() {
  list_used_images
  list_parents
  # Another image may have been built upon one of them since.
  awk 'NF > 1 { print $2 }' "$WORK/parents" | sort -u - "$WORK/used-images" | comm -12 - "$WORK/$1" >"$WORK/used-now" || fail_no_space
  # shellcheck disable=SC2016
  tags='{''{$id := .ID}}{''{range .RepoTags}}{''{println $id .}}{''{end}}'
  inspect_all "$1" tags image "$tags"
  add_vanished
  {
    cat "$WORK"/tagged.[0-9]* 2>/dev/null
    awk '
      FILENAME == ARGV[1] { for (i = 4; i <= NF; i++) had[$2, $i]; next }
      NF > 1 && !(($1, $2) in had) { print $1 }' "$WORK/judged" "$WORK/tags"
  } | sort -u | comm -12 - "$WORK/$1" >"$WORK/retagged" || fail_no_space
  check_room
}

# list_arrivals FILE: a line `ID|SECONDS` for each image on the list, in the file arrivals. The classic store notes when an
# image was built and tagged but not when it was pulled or loaded: that is when it wrote the image's configuration. One
# that was pulled a moment ago may be what a `compose up` still waits with for the next one.
list_arrivals() {
  empty_lists arrivals
  [ "$STORE" = classic ] || return 0
  found=no
  for folder in "$DATA_ROOT"/image/*/imagedb/content/sha256; do
    cd "$folder" 2>/dev/null || continue
    found=yes
    sed 's/^sha256://' "$WORK/$1" | xargs stat -c 'sha256:%n|%Y' 2>/dev/null
  done >"$WORK/arrivals"
  cd /
  check_room
  [ "$found" = yes ] || warn arrivals-unknown
}

# judge_images FILE: of each image on the list `old`, `young`, `tagged` or `kept`, then its identifier, its time and its
# references: its tags and its digests. Of one that may be mounted, see list_used_images, besides a line `mounted ID`. The latest of three times speaks for an image in use: its
# creation, its arrival and, for reproducible builds, which all claim the same creation, its last tagging.
judge_images() {
  list_kept_projects
  list_arrivals "$1"
  facts='{''{.ID}}|{''{json .RepoTags}}|{''{json .RepoDigests}}|{''{json .Created}}|{''{json .Metadata}}|'
  facts="$facts{""{with .Config}}$(print_project_template .Labels){""{end}}"
  # An image that the Engine does not describe has no verdict, and stays.
  inspect_all "$1" facts image "$facts"
  mv "$WORK/vanished" "$WORK/vanished-$1" || fail_no_space
  comm -12 "$WORK/undescribed" "$WORK/$1" >"$WORK/undescribed-$1" || fail_no_space
  # shellcheck disable=SC2016
  run_awk '
    # To the containerd store of Engine 29 a digest without a tag is a tag too.
    function references(json, digests, found, part, i, n) {
      json = json == "null" ? "" : substr(json, 2, length(json) - 2)
      gsub(/"/, "", json)
      n = split(json, part, ",")
      for (i = 1; i <= n; i++) if ((part[i] ~ /@/) == digests) found = found (found == "" ? "" : " ") part[i]
      return found
    }
    FILENAME == ARGV[1] { whole[$0]; next }
    # Some storage driver of old may have known it as well.
    FILENAME == ARGV[2] { if (!($1 in arrival) || $2 > arrival[$1]) arrival[$1] = $2; next }
    # Of images that are all gone, the CLI says an empty line.
    $1 != "" {
      tags = references($2, 0)
      digests = references($3, 1)
      time = later($4, $5)
      if ($1 in arrival && arrival[$1] > time) time = arrival[$1]
      project = substr($0, length($1 $2 $3 $4 $5) + 6)
      verdict = project in whole ? "kept" : tags != "" ? "tagged" : young(time) ? "young" : "old"
      if (mounted != "" && epoch($4) < mounted + 0) print "mounted", $1
      print verdict, $1, sprintf("%.6f", time), tags != "" && digests != "" ? tags " " digests : tags digests
    }' "$WORK/kept-projects" "$WORK/arrivals" "$WORK/facts" >"$WORK/judged" || fail_no_space
  check_room
}

# references JSON: those of a list, a line each; tags_of JSON: its tags alone, see judge_images.
print_references() { printf '%s\n' "$1" | sed 's/^null$//; s/^\[//; s/\]$//; s/"//g' | tr ',' '\n' | sort; }
print_tags() { print_references "$1" | sed '/@/d'; }

# list_parents: a line `ID PARENT` for each image, in the file parents. On the containerd store no image keeps another. The
# CLI 29 has no such field and its Engine leaves out an empty one, so the Engine's own answer is asked, by the Engine's names.
list_parents() {
  empty_lists parents all-images
  [ "$STORE" = classic ] || return 0
  list_objects all-images image ls -aq --no-trunc
  inspect_all all-images parents image '{''{index . "Id"}} {''{with index . "Parent"}}{''{.}}{''{end}}' '{''{index . "Id"}}'
}

# worker N: hands every WORKERSth line of the file batches to remove_batch, which the task defines.
run_worker() {
  n=$1
  set -f # the address of a registry may have brackets
  awk -v n="$n" -v workers="$WORKERS" 'NR % workers == n' "$WORK/batches" | while IFS= read -r batch; do
    # shellcheck disable=SC2086  # neither identifiers nor references have spaces
    remove_batch $batch
  done
}

# stop: what happens at a signal while images go. A worker ends its batch, as one in the middle may owe its image tags, and
# begins no other; then all goes on as at the deadline, so that the result says what went.
stop_workers() {
  touch "$WORK/stop"
  fail() { fail_interrupted; }
  wait
}

# remove_batches: hands all of the file batches to workers and collects what they say.
remove_batches() {
  trap stop_workers HUP INT TERM
  n=0
  while [ "$n" -lt "$WORKERS" ]; do
    run_worker "$n" >>"$WORK/said.$n" 2>>"$WORK/complaints.$n" 3>&- 9>&- &
    n=$((n + 1))
  done
  wait
  check_room
  cat "$WORK"/said.* | sed -n "s/^$DELETED//p" | sort -u | comm -12 - "$WORK/selected" >"$WORK/removed"
}
