# Removes images that have a name and carry all the labels, but no container uses, see images.sh for how. Further settings:
# KEEP_NEWEST (per repository), MAX_REMOVALS (may be empty), EXCLUDE (a shell pattern a line).

# The newest images of each repository stay; of an image in several repositories one is enough.
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

# in_generations: the Engine removes no image that another was built upon; it only loses its tags. So such a one stays,
# unless the others go too, and then before it: the file in-order has a generation and the facts in each line, in the
# order in which they go, the oldest of each generation first.
order_generations() {
  list_parents
  # One that the Engine cannot describe may have been built upon any of them.
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

remove_images() {
  generation=0
  while :; do
    sed -n "s/^$generation [a-z]* //p" "$WORK/within-cap" | cut -d ' ' -f '1,3-' >"$WORK/batches" || fail_no_space
    [ -s "$WORK/batches" ] || break
    remove_batches
    generation=$((generation + 1))
  done
}

# An image stays when a pattern matches one of its names or its repository.
drop_excluded() {
  empty_lists excluded
  [ -n "$EXCLUDE" ] || return 0
  while read -r verdict id _ names; do
    set -f # the address of a registry may have brackets
    for name in $names; do
      case $name in *@*) repository=${name%@*} ;; *) repository=${name%:*} ;; esac
      # Of a digest beside tags the repository alone: what is meant for tags could match its figures.
      case $verdict:$name in tagged:*@*) name=$repository ;; esac
      ! is_excluded "$name" && ! is_excluded "$repository" || printf '%s\n' "$id"
    done
  done <"$WORK/named-images" | sort -u | comm -12 - "$WORK/candidates" >"$WORK/excluded" || fail_no_space
  subtract_list excluded candidates
}

# with_facts FILE: the facts of the images on the list, the oldest first.
print_facts() {
  sort -k 3,3n -k 2,2 "$WORK/named-images" | awk -v list="$WORK/$1" '
    BEGIN { while ((getline id <list) > 0) listed[id] }
    $2 in listed'
}

# remove_batch ID REFERENCE...: an image goes by its identifier once it has one tag, which the Engine refuses when there
# is another meanwhile. The other tags have to go before; each is looked at right before, whether it still means this
# image, and comes back if the image stays.
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
      # Noted before it is done: the Engine goes on when the command is ended for want of time.
      untagged="$untagged $1"
      try_removal '' image rm --no-prune "$1" >"$WORK/untag-said.$n"
      cat "$WORK/untag-said.$n"
      # This image has a tag left, so it was another that took this one over in the last instant and went with it.
      ! grep -q "^$DELETED" "$WORK/untag-said.$n" || grep -qxF "$DELETED$image" "$WORK/untag-said.$n" || echo "$1" >>"$WORK/lost-tags.$n"
    fi
    shift
  done
  # Nor may it be in other repositories by digest. To the containerd store a digest stands for any tag in its repository,
  # so it stays if there is one again.
  for digest in ${tags:+$digests}; do
    [ "${digest%@*}" != "${1%:*}" ] || continue
    [ "$(print_tags "$(run_docker image inspect --format "$alone" "$image")")" = "$1" ] || break
    run_docker image rm --no-prune "$digest" 2>/dev/null
  done
  try_removal "$image" image rm --no-prune "$image" || [ -z "$untagged" ] || restore_tags
}

# put_back: gives the image that stays its tags again, also when the time is over; hence in a subshell with a clock of its
# own.
restore_tags() (
  allow_look
  for reference in $untagged; do
    run_docker image inspect --format "$id" "$reference" >/dev/null 2>&1 || run_docker tag "$image" "$reference" 2>/dev/null
  done
)

begin_task
list_labelled candidates image ls -q --no-trunc
# What has a digest only is dangling on the classic store, and has a name on the containerd store.
list_objects dangling image ls -q --no-trunc --filter dangling=true
subtract_list dangling candidates
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
empty_lists removed
if [ "$DRY_RUN" = false ] && [ -s "$WORK/selected" ]; then
  remove_images
  count_reclaimed
fi
# What nobody can prevent, everybody shall know.
! cat "$WORK"/lost-tags.* 2>/dev/null | grep -q . || warn tag-removed
report_passed_over capped "$(($(count_lines ordered) - $(count_lines within-cap)))"
report_passed_over newest "$(count_lines newest)"
report_passed_over excluded "$(count_lines excluded)"
conclude_prune images image
