# The list of objects that a step prints after its result: what it removed, and why it kept the others.
# WORD is what a line calls the kind of an object, e.g. `image`. See lib/contract/objects.ts for the lines.
# Lists and variables:
#   DRY_RUN: `true` or `false`. By the document.
#   ACCOUNTING: `yes` once the lists are those of this run, else `no`. By begin_task.
#   REMOVED: members of `removed`, as JSON. By report_removed.
#   PASSED_OVER: members of `passedOver`, as JSON. By report_passed_over.
#   accounts: lines `FATE WORD IDENTIFIER`, unsorted. By account_for, restart_accounts, account_for_pending.
#   accounts.projects: the same, of projects that the task passed over. By report_passed_projects.
#   described: lines `IDENTIFIER SIZE AGE PROJECT NAME`. By describe_objects, describe_records.

ACCOUNTING=no

# account_for FATE WORD LIST...: notes what became of the objects of the lists. Reads LIST. Writes accounts.
account_for() {
  fate=$1 word=$2
  shift 2
  for file; do
    sed "s/^/$fate $word /" "$WORK/$file" >>"$WORK/accounts" || fail_no_space
  done
  check_room
}

# account_for_removed WORD LIST...: notes that the task removed them, or would in a dry run. Reads LIST, DRY_RUN.
account_for_removed() {
  if [ "$DRY_RUN" = true ]; then account_for would-remove "$@"; else account_for removed "$@"; fi
}

# report_kept REASON WORD LIST...: reports that the task kept the objects of the lists. Reads LIST. Writes PASSED_OVER.
# A list that does not exist counts as empty.
report_kept() {
  reason=$1 word=$2 kept_count=0
  shift 2
  for file; do
    [ -e "$WORK/$file" ] || continue
    account_for "$reason" "$word" "$file"
    kept_count=$((kept_count + $(count_lines "$file")))
  done
  report_passed_over "$reason" "$kept_count"
}

# print_objects: prints the size of all removed objects, or an empty line, then a line for each object.
# Reads accounts, accounts.projects, described, ACCOUNTING.
# Before the task has its lock, the lists are those of another run.
print_objects() {
  [ "$ACCOUNTING" = yes ] || return 0
  touch "$WORK/accounts" "$WORK/accounts.projects" "$WORK/described"
  # shellcheck disable=SC2016
  sort -u "$WORK/accounts" "$WORK/accounts.projects" | awk '
    BEGIN {
      for (i = 1; i < 256; i++) if (i < 33 || i > 126 || i == 34 || i == 92) code[sprintf("%c", i)] = sprintf("\\x%02x", i)
      split("volume project container image network cache-record", words, " ")
      for (i in words) rank[words[i]] = i
    }
    # Only a plug-in gives an object an identifier with other characters.
    function escape(text, i, out) {
      if (text ~ /^[A-Za-z0-9_.:-]*$/) return text
      for (i = 1; i <= length(text); i++) out = out ((substr(text, i, 1) in code) ? code[substr(text, i, 1)] : substr(text, i, 1))
      return out
    }
    FILENAME != "-" { facts[$1] = $2 " " $3 " " $4 " " $5; size[$1] = $2; next }
    {
      id = substr($0, length($1 $2) + 3)
      fact = (id in facts) ? facts[id] : "- - - -"
      was_removed = $1 == "removed" || $1 == "would-remove"
      if (was_removed && size[id] ~ /^[0-9]+B$/) { sum += size[id]; sized = 1 }
      short = id
      sub(/^sha256:/, "", short)
      if ($2 ~ /^(container|image|network)$/) short = substr(short, 1, 12)
      short = substr(escape(short), 1, 255)
      # What was removed comes first, then what is left, and volumes and projects before others.
      order = was_removed ? 1 : $1 == "left" ? 2 : 3
      line[++n] = order " " rank[$2] " " $1 " " $2 " " short " " fact
    }
    END {
      print "0 0 " (sized ? sprintf("%.0f", sum) : "")
      for (i = 1; i <= n; i++) print line[i]
    }' "$WORK/described" - | sort -k 1,1n -k 2,2n -k 3 | cut -d ' ' -f 3-
}
