# What the Engine knows of the objects that a task lists.
# Lists and variables:
#   PROJECT_LABEL: constant. By prelude.sh.
#   judged: see select.sh, images.sh: its third field, if there is one, is the time that decided about an object's age.
#   to-describe: temporary: the objects of all lists given. By describe_objects.
#   descriptions: temporary: lines `IDENTIFIER SIZE "CREATED" "PROJECT" "NAME"...`. By describe_objects.
#   described: see objects.sh. By describe_objects.

# describe_objects TYPE LIST...: asks what the list of objects says of each. Reads LIST, judged. Writes described.
# It asks before the task removes them. An object without an answer is listed by its identifier alone.
describe_objects() {
  type=$1
  shift
  (cd "$WORK" && sort -u "$@") >"$WORK/to-describe" || fail_no_space
  check_room
  created='{''{json .Created}}' size=-
  labels=.Labels name='{''{printf "%+q" .Name}}'
  # Quoted in this way, each text is one line of printable ASCII.
  case $type in
  container) labels=.Config.Labels ;;
  volume) created='{''{json .CreatedAt}}' name='' ;;
  image)
    size='{''{.Size}}' labels=.Config.Labels
    name='{''{range .RepoTags}}{''{printf "%+q" .}}{''{end}}'
    ;;
  esac
  id='{''{.ID}}'
  [ "$type" != volume ] || id='{''{.Name}}'
  project="{""{printf \"%+q\" (index $labels \"$PROJECT_LABEL\")}""}"
  [ "$type" != image ] || project="{""{if .Config}}$project{""{else}}\"\"{""{end}}"
  run_in_batches to-describe inspect --type "$type" --format "$id $size $created $project$name" >"$WORK/descriptions" 2>/dev/null
  touch "$WORK/judged"
  # shellcheck disable=SC2016
  run_awk '
    # Cuts a text before an escape that would not be whole.
    function take(text, out) {
      if (!match(rest, /"([^"\\]|\\.)*"/)) return ""
      text = substr(rest, RSTART + 1, RLENGTH - 2)
      rest = substr(rest, RSTART + RLENGTH)
      gsub(/ /, "\\x20", text)
      if (length(text) <= 255) return text
      while (match(text, /^(\\U........|\\u....|\\x..|\\.|[^\\])/) && length(out) + RLENGTH <= 252) {
        out = out substr(text, 1, RLENGTH)
        text = substr(text, RLENGTH + 1)
      }
      return out "..."
    }
    function field(text) { return text == "" ? "-" : text }
    FILENAME == ARGV[1] { if (split($0, word, " ") > 2) time[word[2]] = word[3]; next }
    split($0, word, " ") > 2 {
      id = word[1]
      rest = substr($0, length(word[1] word[2]) + 3)
      created = take()
      project = take()
      names = ""
      while ((name = take()) != "") {
        sub(/^\//, "", name)
        if (length(names) + length(name) < 255) names = names (names == "" ? "" : ",") name
      }
      print id, (word[2] ~ /^[0-9]+$/ ? word[2] "B" : "-"), age(id in time ? time[id] : epoch(created)), field(project), field(names)
    }' "$WORK/judged" "$WORK/descriptions" >>"$WORK/described" || fail_no_space
  check_room
}
