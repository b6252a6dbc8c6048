# Removes the dangling images that carry all the labels, see images.sh.
# Lists and variables:
#   DRY_RUN, STORE: see prelude.sh, engine.sh.
#   BATCH_SIZE: constant: images per command. By this file.
#   candidates, judged, young: see select.sh, images.sh.
#   dangling: all dangling images with the labels. By this file.
#   tagged: candidates that have a tag by now. By this file.
#   selected: images to remove. By this file, add_ancestors.
#   all-images, parents, used-images, mounted: see images.sh.
#   eligible: images with the labels that are neither kept, dangling nor used. By add_ancestors.
#   ancestors: those of `eligible` that a selected image was built upon. By add_ancestors.
#   judged.candidates: temporary: `judged` while it holds the verdicts on `ancestors`. By add_ancestors.
#   selected-ancestors: ancestors that are old enough. By add_ancestors.
#   generations: lines `N IMAGE`; an image with a smaller N is removed before. By add_ancestors.
#   generation: temporary: the images of one generation. By remove_images.
#   batches: identifiers, BATCH_SIZE a line. By remove_images.
#   names.N: lines `IMAGE TAGS DIGESTS`, as JSON, of worker N's batch. By remove_batch.
#   tagged.N: images that got a tag before worker N removed them. By remove_batch.
#   removed: images that the Engine removed. By this file, remove_batches.
#   said.N: what the commands of worker N printed. By remove_batches.

# Batches are small, because little time may pass between the last look at the tags and the removal.
BATCH_SIZE=5

# add_ancestors: selects ancestors of selected images. Reads selected, used-images. Writes selected, generations.
# An image is not dangling while an image that was built upon it exists.
# The legacy builder leaves a chain of such images.
# So the task also removes untagged ancestors, if all images built upon them are to be removed.
add_ancestors() {
  awk '{ print 0, $0 }' "$WORK/selected" >"$WORK/generations" || fail_no_space
  [ "$STORE" = classic ] && [ -s "$WORK/selected" ] || return 0
  list_parents
  # An image that the Engine cannot describe may have been built upon any of them.
  are_described all-images || return 0
  list_labelled eligible image ls -aq --no-trunc
  drop_kept eligible image ls -aq --no-trunc
  subtract_list dangling eligible
  subtract_list used-images eligible
  # Only ancestors are asked for more.
  awk 'FILENAME == ARGV[1] { parent[$1] = $2; next }
    { for (id = parent[$1]; id != "" && !(id in seen); id = parent[id]) { seen[id]; print id } }
  ' "$WORK/parents" "$WORK/selected" | sort -u | comm -12 - "$WORK/eligible" >"$WORK/ancestors" || fail_no_space
  [ -s "$WORK/ancestors" ] || return 0
  mv "$WORK/judged" "$WORK/judged.candidates"
  judge_images ancestors
  list_judged old selected-ancestors
  list_judged mounted
  subtract_list mounted selected-ancestors
  mv "$WORK/judged.candidates" "$WORK/judged"
  awk '
    FILENAME == ARGV[1] { generation[$1] = 0; next }
    FILENAME == ARGV[2] { eligible[$1]; next }
    $2 != "" { children[$2] = children[$2] " " $1 }
    END {
      do {
        grown = 0
        for (id in eligible) {
          if (id in generation) continue
          n = split(children[id], child, " ")
          highest = -1
          for (i = 1; i <= n; i++) {
            if (!(child[i] in generation)) break
            if (generation[child[i]] > highest) highest = generation[child[i]]
          }
          if (i > n && n > 0) { generation[id] = highest + 1; grown = 1 }
        }
      } while (grown)
      for (id in generation) print generation[id], id
    }' "$WORK/selected" "$WORK/selected-ancestors" "$WORK/parents" >"$WORK/generations" || fail_no_space
  cut -d ' ' -f 2 "$WORK/generations" | sort -u >"$WORK/selected" || fail_no_space
}

# remove_batch IMAGE...: removes those that still have no tag. Reads n. Writes names.N, tagged.N.
remove_batch() {
  ! is_time_over || return 0
  names='{''{.ID}} {''{json .RepoTags}} {''{json .RepoDigests}}'
  run_docker image inspect --format "$names" "$@" >"$WORK/names.$n" || log_cut_off "$?"
  grep -vE '^$|^[^ ]* (\[\]|null) ' "$WORK/names.$n" | cut -d ' ' -f 1 >>"$WORK/tagged.$n"
  # shellcheck disable=SC2046  # identifiers have no spaces
  set -- $(sed -nE 's/^([^ ]*) (\[\]|null) .*/\1/p' "$WORK/names.$n")
  sed -nE 's/^[^ ]* (\[\]|null) (.*,.*)/\2/p' "$WORK/names.$n" | while read -r digests; do
    # The Engine does not remove an image in several repositories by its identifier.
    # Its complaints here can be ignored, because they come again when the image itself is removed.
    digests=$(print_references "$digests")
    for digest in $digests; do
      [ "${digest%@*}" = "${digests%%@*}" ] || run_docker image rm --no-prune "$digest" 2>/dev/null
    done
  done
  [ $# -eq 0 ] || try_removal "$*" image rm --no-prune "$@"
}

# remove_images: removes the selected images by generation. Reads generations. Writes generation, batches.
remove_images() {
  generation=0
  while :; do
    sed -n "s/^$generation //p" "$WORK/generations" >"$WORK/generation" || fail_no_space
    [ -s "$WORK/generation" ] || break
    # On a full disk, a line that was cut short could be the beginning of another image's identifier.
    xargs -n "$BATCH_SIZE" <"$WORK/generation" >"$WORK/batches" || fail_no_space
    remove_batches
    generation=$((generation + 1))
  done
  # The task cannot prevent this, so it reports it: a tag that came just before the removal was removed too.
  ! grep -h "^$UNTAGGED" "$WORK"/said.* | grep -qv '@' || warn tag-removed
}

begin_task
list_labelled candidates image ls -q --no-trunc --filter dangling=true
cp "$WORK/candidates" "$WORK/dangling" || fail_no_space
drop_kept candidates image ls -q --no-trunc --filter dangling=true
list_used_images
drop_used candidates
judge_images candidates
list_judged old selected
drop_mounted selected
list_judged young
list_judged tagged
add_ancestors
describe_objects image dangling selected
empty_lists removed
if [ "$DRY_RUN" = false ] && [ -s "$WORK/selected" ]; then
  remove_images
  count_reclaimed
fi
conclude_prune images image
