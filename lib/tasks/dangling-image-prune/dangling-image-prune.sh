# Removes the dangling images that carry all the labels, see images.sh for how.

# Images per command. Small batches: between the last look at the tags and the removal little time may pass.
BATCH=5

# An image that others were built upon is not dangling while they are there. What the legacy builder leaves behind is
# a chain of such images, so the untagged ancestors that only images to be removed hang on go with them: the file
# generations has a line `N ID`, and whatever has a smaller N goes before.
add_ancestors() {
  awk '{ print 0, $0 }' "$WORK/old" >"$WORK/generations" || full
  [ "$STORE" = classic ] && [ -s "$WORK/old" ] || return 0
  list_parents
  # One that the Engine cannot describe may have been built upon any of them.
  all_described all || return 0
  labelled eligible image ls -aq --no-trunc
  leave_kept eligible image ls -aq --no-trunc
  without dangling eligible
  without used eligible
  # Only ancestors are asked for more.
  awk 'FILENAME == ARGV[1] { parent[$1] = $2; next }
    { for (id = parent[$1]; id != "" && !(id in seen); id = parent[id]) { seen[id]; print id } }
  ' "$WORK/parents" "$WORK/old" | sort -u | comm -12 - "$WORK/eligible" >"$WORK/ancestors" || full
  [ -s "$WORK/ancestors" ] || return 0
  mv "$WORK/judged" "$WORK/judged.candidates"
  judge_images ancestors
  verdict old old-ancestors
  verdict mounted
  without mounted old-ancestors
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
    }' "$WORK/old" "$WORK/old-ancestors" "$WORK/parents" >"$WORK/generations" || full
  cut -d ' ' -f 2 "$WORK/generations" | sort -u >"$WORK/old" || full
}

# remove_batch ID...: right before, it looks again whether an image was tagged meanwhile.
remove_batch() {
  ! expired || return 0
  names='{''{.ID}} {''{json .RepoTags}} {''{json .RepoDigests}}'
  engine image inspect --format "$names" "$@" >"$WORK/names.$n" || tell_cut_off "$?"
  grep -vE '^$|^[^ ]* (\[\]|null) ' "$WORK/names.$n" | cut -d ' ' -f 1 >>"$WORK/tagged.$n"
  # shellcheck disable=SC2046  # identifiers have no spaces
  set -- $(sed -nE 's/^([^ ]*) (\[\]|null) .*/\1/p' "$WORK/names.$n")
  sed -nE 's/^[^ ]* (\[\]|null) (.*,.*)/\2/p' "$WORK/names.$n" | while read -r digests; do
    digests=$(references "$digests")
    # The Engine removes none by its identifier that is in several repositories. Whatever it complains of shows when the
    # image itself is to go.
    for digest in $digests; do
      [ "${digest%@*}" = "${digests%%@*}" ] || engine image rm --no-prune "$digest" 2>/dev/null
    done
  done
  [ $# -eq 0 ] || try "$*" image rm --no-prune "$@"
}

remove_images() {
  generation=0
  while :; do
    sed -n "s/^$generation //p" "$WORK/generations" >"$WORK/generation" || full
    [ -s "$WORK/generation" ] || break
    # A line cut short on a full disk could be the beginning of another image's identifier.
    xargs -n "$BATCH" <"$WORK/generation" >"$WORK/batches" || full
    remove_batches
    generation=$((generation + 1))
  done
  # What nobody can prevent, everybody shall know: a tag that came in the instant before the removal went with it.
  ! grep -h "^$UNTAGGED" "$WORK"/said.* | grep -qv '@' || warn tag-removed
}

begin
labelled candidates image ls -q --no-trunc --filter dangling=true
cp "$WORK/candidates" "$WORK/dangling" || full
leave_kept candidates image ls -q --no-trunc --filter dangling=true
list_used_images
leave_used candidates
judge_images candidates
verdict old
leave_mounted old
verdict young
verdict tagged
add_ancestors
empty removed
if [ "$DRY_RUN" = false ] && [ -s "$WORK/old" ]; then
  remove_images
  measured
fi
conclude images image
