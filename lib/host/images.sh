# What the tasks that remove images share.
# They never use `docker image prune`, because on the containerd store it breaks pulls in progress.
# They never use -f, because it removes the image of a stopped container, and every tag of an image.
# Lists and variables:
#   WORKERS: constant: how many commands run at once, see benchmark/image-removal.ts. By this file.
#   STORE, DATA_ROOT: see engine.sh.
#   MOUNTED_BEFORE: seconds since 1970, or empty. By list_used_images.
#   batches: what a worker hands to one call of remove_batch, one a line. By the task's script.
#   selected: images to remove. By the task's script.
#   containers: identifiers of all containers. By list_used_images.
#   image-uses: lines `runs IMAGE` and `mounts TIME REFERENCE`. By list_used_images.
#   image-mounts: lines `TIME REFERENCE`: when a container was created, and what it mounts. By list_used_images.
#   image-mounts-now: lines `TIME|TAGGED|IMAGE|REFERENCE`: the image that has the reference now. By list_used_images.
#   used-images: images that containers use, running or stopped. By list_used_images.
#   used-images.unsorted: temporary: the same. By list_used_images.
#   used-LIST: images of LIST that containers use. By drop_used.
#   used-candidates: candidates in use. By drop_used, drop_mounted.
#   mounted: images that a container may have mounted. By drop_mounted.
#   used-now, retagged: see prune.sh. By list_used_now_images.
#   tags: lines `IMAGE TAG`. By list_used_now_images.
#   tagged.N: images that worker N did not remove, because they had a new tag. By remove_batch of the task.
#   kept-projects: see members.sh.
#   vanished, undescribed, cli-error: see inspect.sh.
#   arrivals: lines `IMAGE|SECONDS`: when the image came to the host. By list_arrivals.
#   facts: lines `IMAGE|TAGS|DIGESTS|CREATED|METADATA|PROJECT`, as JSON. By judge_images.
#   vanished-LIST: images of LIST that do not exist any more. By judge_images.
#   undescribed-LIST: images of LIST that the Engine cannot describe. By judge_images.
#   judged: lines `VERDICT IMAGE SECONDS REFERENCE...`, and `mounted IMAGE`. By judge_images.
#   all-images: identifiers, where images have parents. By list_parents.
#   parents: lines `IMAGE PARENT`. By list_parents.
#   said.N, complaints.N: what the commands of worker N printed. By remove_batches.
#   removed: selected images that the Engine removed. By remove_batches.
#   stop: a file that exists after a signal. By stop_workers.

WORKERS=4

# list_used_images: lists the images that containers run from or mount. Writes used-images, MOUNTED_BEFORE.
# The Engine removes a mounted image by its identifier even while the container runs.
# A container names a mounted image by a tag, which may have moved since.
# If it may have, every image older than the container counts as mounted, see judge_images.
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
    # A name that has moved belongs to another image now. A name without an image has lost it.
    now_is=$(run_docker image inspect --format '{''{.ID}} {''{json .Metadata.LastTagTime}}' "$reference" 2>"$WORK/cli-error") || {
      check_room
      is_engine_answering || fail_unanswered 1
    }
    printf '%s\n' "${now_is%% *}" >>"$WORK/used-images.unsorted"
    printf '%s|%s|%s|%s\n' "$created" "${now_is#* }" "${now_is%% *}" "$reference"
  done <"$WORK/image-mounts" >"$WORK/image-mounts-now" || fail_no_space
  sed '/^$/d' "$WORK/used-images.unsorted" | sort -u >"$WORK/used-images" || fail_no_space
  check_room
  # The classic store notes no time when `docker pull` or `docker load` gives a tag, so the tag may have moved.
  # shellcheck disable=SC2016
  MOUNTED_BEFORE=$(run_awk '
    { id = $3; sub(/^sha256:/, "", id); created = epoch($1); tagged = epoch($2) }
    id != "" && index(id, substr($4, $4 ~ /^sha256:/ ? 8 : 1)) == 1 { next }
    id != "" && tagged > 0 && tagged <= created { next }
    created > latest { latest = created }
    END { if (latest) printf "%.6f\n", latest }' "$WORK/image-mounts-now")
}

# drop_used LIST: takes the images that containers use out of LIST. Reads used-images. Writes LIST, used-LIST.
# The Engine refuses to remove most of them. This finds the others, and keeps the count, a dry run and the tags right.
drop_used() {
  comm -12 "$WORK/$1" "$WORK/used-images" >"$WORK/used-$1" || fail_no_space
  subtract_list used-images "$1"
}

# drop_mounted LIST: takes out images that a container may have mounted. Reads judged. Writes LIST, used-candidates.
drop_mounted() {
  list_judged mounted
  comm -12 "$WORK/mounted" "$WORK/$1" >>"$WORK/used-candidates" || fail_no_space
  subtract_list mounted "$1"
}

# list_used_now_images LIST: lists images that are in use by now, or have a new tag. Writes used-now, retagged.
list_used_now_images() {
  list_used_images
  list_parents
  # Since then, an image may have been built upon one of them.
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

# list_arrivals LIST: finds out when images came to the host. Reads STORE, DATA_ROOT. Writes arrivals.
# The classic store does not note when an image was pulled or loaded.
# Its time is when the store wrote the image's configuration.
# A `compose up` may need the image that it just pulled, while it pulls the next one.
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

# judge_images LIST: judges each image. Reads arrivals, kept-projects, MOUNTED_BEFORE. Writes judged.
# VERDICT is `old`, `young`, `tagged` or `kept`. The references of an image are its tags and digests.
# The latest of three times counts: its creation, its arrival and its last tagging.
# Reproducible builds all claim the same creation.
judge_images() {
  list_kept_projects
  list_arrivals "$1"
  facts='{''{.ID}}|{''{json .RepoTags}}|{''{json .RepoDigests}}|{''{json .Created}}|{''{json .Metadata}}|'
  facts="$facts{""{with .Config}}$(print_project_template .Labels){""{end}}"
  # An image that the Engine does not describe gets no verdict, so the task keeps it.
  inspect_all "$1" facts image "$facts"
  mv "$WORK/vanished" "$WORK/vanished-$1" || fail_no_space
  comm -12 "$WORK/undescribed" "$WORK/$1" >"$WORK/undescribed-$1" || fail_no_space
  # shellcheck disable=SC2016
  run_awk '
    # For the containerd store of Engine 29, a digest without a tag is a tag too.
    function references(json, digests, found, part, i, n) {
      json = json == "null" ? "" : substr(json, 2, length(json) - 2)
      gsub(/"/, "", json)
      n = split(json, part, ",")
      for (i = 1; i <= n; i++) if ((part[i] ~ /@/) == digests) found = found (found == "" ? "" : " ") part[i]
      return found
    }
    FILENAME == ARGV[1] { whole[$0]; next }
    # An old storage driver may have known the image as well.
    FILENAME == ARGV[2] { if (!($1 in arrival) || $2 > arrival[$1]) arrival[$1] = $2; next }
    # When all images have vanished, the CLI prints an empty line.
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

# print_references JSON: prints the references of a JSON list, one a line.
print_references() { printf '%s\n' "$1" | sed 's/^null$//; s/^\[//; s/\]$//; s/"//g' | tr ',' '\n' | sort; }

# print_tags JSON: prints the tags among them.
print_tags() { print_references "$1" | sed '/@/d'; }

# list_parents: lists the parent of each image. Reads STORE. Writes parents, all-images.
# On the containerd store no image keeps another one.
# The template uses the Engine's own field names: CLI 29 has no such field, and its Engine omits an empty one.
list_parents() {
  empty_lists parents all-images
  [ "$STORE" = classic ] || return 0
  list_objects all-images image ls -aq --no-trunc
  inspect_all all-images parents image '{''{index . "Id"}} {''{with index . "Parent"}}{''{.}}{''{end}}' '{''{index . "Id"}}'
}

# run_worker N: gives every WORKERSth line of `batches` to remove_batch, which the task defines. Reads batches, WORKERS.
run_worker() {
  n=$1
  set -f # the address of a registry may have brackets
  awk -v n="$n" -v workers="$WORKERS" 'NR % workers == n' "$WORK/batches" | while IFS= read -r batch; do
    # shellcheck disable=SC2086  # neither identifiers nor references have spaces
    remove_batch $batch
  done
}

# stop_workers: ends the removal of images after a signal. Writes stop.
# Each worker completes its batch, as it may have to restore tags of an image, and begins no other.
# The task then continues as at the deadline, so that the result has what was removed.
stop_workers() {
  touch "$WORK/stop"
  # fail: reports from now on that the script was interrupted.
  fail() { fail_interrupted; }
  wait
}

# remove_batches: runs the workers and collects what they print. Reads batches, selected. Writes removed.
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
