# Removes images that have a name, carry all the labels and are not used by a container, see images.sh.
# Lists and variables:
#   KEEP_NEWEST, MAX_REMOVALS, EXCLUDE: a number per repository; a number or empty; see select.sh. By the document.
#   DRY_RUN: `true` or `false`. By the document.
#   labelled: named images that carry all labels. By this file.
#   capped: images that the cap leaves for the next run. By this file.
#   candidates: images that the task may remove. By this file, and functions take images out.
#   dangling: all dangling images. By this file.
#   judged: see images.sh.
#   named-images: the lines of `judged` that have references. By this file.
#   newest: candidates among the newest of their repository. By drop_newest.
#   excluded: candidates that a pattern names. By drop_excluded.
#   young: candidates that are too young. By this file.
#   used-candidates: candidates in use, and those that other images were built upon. By drop_used, order_generations.
#   all-images, parents: see images.sh.
#   ordered-facts: the lines of `named-images` of the candidates, the oldest first. By order_generations.
#   ordered: lines `GENERATION VERDICT IMAGE SECONDS REFERENCE...`, in the order of removal. By order_generations.
#   removable: candidates in `ordered`. By order_generations.
#   within-cap: the first lines of `ordered`, MAX_REMOVALS at most. By this file.
#   selected: images to remove. By this file.
#   batches: lines `IMAGE REFERENCE...`. By remove_images.
#   tagged.N: images that worker N kept because their references had changed. By remove_batch.
#   untag-said.N: temporary: what the removal of a tag printed. By remove_batch.
#   lost-tags.N: tags of other images that worker N removed. By remove_batch.
#   removed: images that the Engine removed. By this file, remove_batches.

# drop_newest: takes out the newest of each repository. Reads named-images, KEEP_NEWEST. Writes candidates, newest.
# It keeps an image in several repositories if it is among the newest of one.
drop_newest() {
  sort -k 3,3nr -k 2,2 "$WORK/named-images" | awk -v keep="$KEEP_NEWEST" '{
    newest = 0
    split("", seen)
    for (i = 4; i <= NF; i++) {
      repository = $i
      sub(/@.*/, "", repository)
      sub(/:[^:\/]*$/, "", repository)
      if (repository in seen) continue
      seen[repository]
      if (count[repository]++ < keep) newest = 1
    }
    if (newest) print $2
  }' | sort -u | comm -12 - "$WORK/candidates" >"$WORK/newest" || fail_no_space
  subtract_list newest candidates
}

# order_generations: puts candidates in order of removal. Reads candidates, parents. Writes ordered, used-candidates.
# The Engine only removes the tags of an image that another one was built upon.
# So the task keeps such an image, unless it removes the others too, and before it.
# The oldest image of each generation comes first.
order_generations() {
  list_parents
  # An image that the Engine cannot describe may have been built upon any of them.
  require_described all-images
  print_facts candidates >"$WORK/ordered-facts" || fail_no_space
  awk '
    FILENAME == ARGV[1] { if ($2 != "") children[$2] = children[$2] " " $1; next }
    { line[++n] = $0; id[n] = $2 }
    END {
      for (generation = 0; ; generation++) {
        found = 0
        for (i = 1; i <= n; i++) {
          if (id[i] in gone) continue
          count = split(children[id[i]], child, " ")
          for (c = 1; c <= count && (child[c] in gone); c++);
          if (c <= count) continue
          print generation, line[i]
          ready[++found] = id[i]
        }
        if (!found) break
        for (i = 1; i <= found; i++) gone[ready[i]]
      }
    }' "$WORK/parents" "$WORK/ordered-facts" >"$WORK/ordered" || fail_no_space
  cut -d ' ' -f 3 "$WORK/ordered" | sort -u >"$WORK/removable" || fail_no_space
  comm -13 "$WORK/removable" "$WORK/candidates" >>"$WORK/used-candidates" || fail_no_space
}

# remove_images: removes the selected images, one generation after the other. Reads within-cap. Writes batches.
remove_images() {
  generation=0
  while :; do
    sed -n "s/^$generation [a-z]* //p" "$WORK/within-cap" | cut -d ' ' -f '1,3-' >"$WORK/batches" || fail_no_space
    [ -s "$WORK/batches" ] || break
    remove_batches
    generation=$((generation + 1))
  done
}

# drop_excluded: takes out images if a pattern names them. Reads EXCLUDE. Writes candidates, excluded.
# It compares each pattern with their names and with their repositories.
drop_excluded() {
  empty_lists excluded
  [ -n "$EXCLUDE" ] || return 0
  while read -r verdict id _ names; do
    set -f # the address of a registry may have brackets
    for name in $names; do
      case $name in *@*) repository=${name%@*} ;; *) repository=${name%:*} ;; esac
      # Of a digest beside tags only the repository counts, because a pattern for tags could match the digest's figures.
      case $verdict:$name in tagged:*@*) name=$repository ;; esac
      ! is_excluded "$name" && ! is_excluded "$repository" || printf '%s\n' "$id"
    done
  done <"$WORK/named-images" | sort -u | comm -12 - "$WORK/candidates" >"$WORK/excluded" || fail_no_space
  subtract_list excluded candidates
}

# print_facts LIST: prints the lines of the images of LIST, the oldest first. Reads LIST, named-images.
print_facts() {
  sort -k 3,3n -k 2,2 "$WORK/named-images" | awk -v list="$WORK/$1" '
    BEGIN { while ((getline id <list) > 0) listed[id] }
    $2 in listed'
}

# remove_batch IMAGE REFERENCE...: removes an image and its tags. Reads n. Writes tagged.N, untag-said.N, lost-tags.N.
# It removes an image with one tag by its identifier, which the Engine refuses if a second tag has come.
# It removes the other tags before, and checks each one right before: it must still mean this image.
# It restores them if the Engine does not remove the image.
remove_batch() {
  ! is_time_over || return 0
  image=$1
  shift
  names='{''{json .RepoTags}}|{''{json .RepoDigests}}'
  told=$(run_docker image inspect --format "$names" "$image") || {
    log_cut_off "$?"
    return 0
  }
  digests=$(print_references "${told#*|}")
  tags=$(print_tags "${told%%|*}")
  # shellcheck disable=SC2086  # references have no spaces
  if [ "$(printf '%s\n' $tags $digests | sort)" != "$(printf '%s\n' "$@" | sort)" ]; then
    echo "$image" >>"$WORK/tagged.$n"
    return 0
  fi
  # shellcheck disable=SC2086
  set -- ${tags:-$digests}
  untagged=''
  id='{''{.ID}}'
  alone='{''{json .RepoTags}}'
  while [ $# -gt 1 ]; do
    if [ "$(run_docker image inspect --format "$id" "$1")" = "$image" ]; then
      # Noted beforehand, because the Engine continues after the command has run out of time.
      untagged="$untagged $1"
      try_removal '' image rm --no-prune "$1" >"$WORK/untag-said.$n"
      cat "$WORK/untag-said.$n"
      # This image still has a tag. So another image took over this tag in the last moment, and was removed with it.
      ! grep -q "^$DELETED" "$WORK/untag-said.$n" || grep -qxF "$DELETED$image" "$WORK/untag-said.$n" || echo "$1" >>"$WORK/lost-tags.$n"
    fi
    shift
  done
  # The image must not be in other repositories by digest either.
  # To the containerd store a digest stands for any tag in its repository, so this keeps it if a tag has come.
  for digest in ${tags:+$digests}; do
    [ "${digest%@*}" != "${1%:*}" ] || continue
    [ "$(print_tags "$(run_docker image inspect --format "$alone" "$image")")" = "$1" ] || break
    run_docker image rm --no-prune "$digest" 2>/dev/null
  done
  try_removal "$image" image rm --no-prune "$image" || [ -z "$untagged" ] || restore_tags
}

# restore_tags: gives the image its tags again. Reads image, untagged.
# It also does so when the time is over, in a subshell with a deadline of its own.
restore_tags() (
  allow_look
  for reference in $untagged; do
    run_docker image inspect --format "$id" "$reference" >/dev/null 2>&1 || run_docker tag "$image" "$reference" 2>/dev/null
  done
)

begin_task
list_labelled labelled image ls -q --no-trunc
# An image with a digest only is dangling on the classic store, and has a name on the containerd store.
list_objects dangling image ls -q --no-trunc --filter dangling=true
subtract_list dangling labelled
cp "$WORK/labelled" "$WORK/candidates" || fail_no_space
list_used_images
judge_images candidates
awk 'NF > 3' "$WORK/judged" >"$WORK/named-images" || fail_no_space
awk '$1 != "kept" { print $2 }' "$WORK/named-images" | sort -u >"$WORK/candidates" || fail_no_space
drop_kept candidates image ls -q --no-trunc
drop_used candidates
drop_mounted candidates
drop_newest
drop_excluded
# shellcheck disable=SC2016
print_facts candidates | tr ' ' '|' | run_awk 'young($3) { print $2 }' | sort -u >"$WORK/young" || fail_no_space
subtract_list young candidates
order_generations
head -n "${MAX_REMOVALS:-1000000000}" "$WORK/ordered" >"$WORK/within-cap" || fail_no_space
cut -d ' ' -f 3 "$WORK/within-cap" | sort -u >"$WORK/selected" || fail_no_space
comm -23 "$WORK/removable" "$WORK/selected" >"$WORK/capped" || fail_no_space
describe_objects image labelled
empty_lists removed
if [ "$DRY_RUN" = false ] && [ -s "$WORK/selected" ]; then
  remove_images
  count_reclaimed
fi
# The task cannot prevent this, so it reports it.
! cat "$WORK"/lost-tags.* 2>/dev/null | grep -q . || warn tag-removed
conclude_prune images image
