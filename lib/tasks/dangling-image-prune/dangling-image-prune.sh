# Removes the dangling images that carry all the labels, see images.sh for how.

# Images per command. Small batches: between the last look at the tags and the removal little time may pass.
BATCH_SIZE=5

# An image that others were built upon is not dangling while they are there. What the legacy builder leaves behind is
# a chain of such images, so the untagged ancestors that only images to be removed hang on go with them: the file
# generations has a line `N ID`, and whatever has a smaller N goes before.
add_ancestors() {
  awk '{ print 0, $0 }' "$WORK/selected" >"$WORK/generations" || fail_no_space
  [ "$STORE" = classic ] && [ -s "$WORK/selected" ] || return 0
  list_parents
  # One that the Engine cannot describe may have been built upon any of them.
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

# remove_batch ID...: right before, it looks again whether an image was tagged meanwhile.
remove_batch() {
  ! is_time_over || return 0
  names='{''{.ID}} {''{json .RepoTags}} {''{json .RepoDigests}}'
  run_docker image inspect --format "$names" "$@" >"$WORK/names.$n" || log_cut_off "$?"
  grep -vE '^$|^[^ ]* (\[\]|null) ' "$WORK/names.$n" | cut -d ' ' -f 1 >>"$WORK/tagged.$n"
  # shellcheck disable=SC2046  # identifiers have no spaces
  set -- $(sed -nE 's/^([^ ]*) (\[\]|null) .*/\1/p' "$WORK/names.$n")
  sed -nE 's/^[^ ]* (\[\]|null) (.*,.*)/\2/p' "$WORK/names.$n" | while read -r digests; do
    digests=$(print_references "$digests")
    # The Engine removes none by its identifier that is in several repositories. Whatever it complains of shows when the
    # image itself is to go.
    for digest in $digests; do
      [ "${digest%@*}" = "${digests%%@*}" ] || run_docker image rm --no-prune "$digest" 2>/dev/null
    done
  done
  [ $# -eq 0 ] || try_removal "$*" image rm --no-prune "$@"
}

remove_images() {
  generation=0
  while :; do
    sed -n "s/^$generation //p" "$WORK/generations" >"$WORK/generation" || fail_no_space
    [ -s "$WORK/generation" ] || break
    # A line cut short on a full disk could be the beginning of another image's identifier.
    xargs -n "$BATCH_SIZE" <"$WORK/generation" >"$WORK/batches" || fail_no_space
    remove_batches
    generation=$((generation + 1))
  done
  # What nobody can prevent, everybody shall know: a tag that came in the instant before the removal went with it.
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
empty_lists removed
if [ "$DRY_RUN" = false ] && [ -s "$WORK/selected" ]; then
  remove_images
  count_reclaimed
fi
conclude_prune images image
