# Removes the networks that no container refers to, running or stopped: those that carry all the LABELS (may be empty)
# and, with COMPOSE_LEFTOVERS, those of Compose projects that have no container.

# To the Engine a network is in use while a container on it runs; the containers that do not run would not start
# without it. What they refer to is a name, an identifier or, before their first start, a part of one.
list_used() {
  list containers ps -aq --no-trunc
  # shellcheck disable=SC2016
  references='{''{range $name, $network := .NetworkSettings.Networks}}{''{println $name}}{''{println $network.NetworkID}}{''{end}}'
  list everywhere network ls --no-trunc --format "{""{.ID}} {""{.Name}}"
  inspect_all containers references container "$references"
  awk '
    FILENAME == ARGV[1] { if ($0 != "") used[$0]; next }
    {
      name = substr($0, length($1) + 2)
      for (reference in used) if (reference == name || index($1, reference) == 1) { print $1; next }
    }' "$WORK/references" "$WORK/everywhere" | sort -u >"$WORK/used" || full
}

# A project without a container is over, or about to begin: hence the age.
list_leftovers() {
  list with-containers ps -a --filter "label=$PROJECT_LABEL" --format "{""{json (.Label \"$PROJECT_LABEL\")}""}"
  list projects network ls --no-trunc --filter scope=local --filter "label=$PROJECT_LABEL" \
    --format "{""{.ID}} {""{json (.Label \"$PROJECT_LABEL\")}""}"
  awk '
    FILENAME == ARGV[1] { alive[$0]; next }
    !(substr($0, length($1) + 2) in alive) { print $1 }
  ' "$WORK/with-containers" "$WORK/projects" | sort -u >"$WORK/leftovers" || full
}

begin
: >"$WORK/labelled"
: >"$WORK/leftovers"
[ -z "$LABELS" ] || labelled labelled network ls -q --no-trunc --filter scope=local
[ "$COMPOSE_LEFTOVERS" = false ] || list_leftovers
sort -u "$WORK/labelled" "$WORK/leftovers" >"$WORK/candidates" || full
leave_kept candidates network ls -q --no-trunc
list_used
comm -12 "$WORK/candidates" "$WORK/used" >"$WORK/used-candidates" || full
without used candidates
facts='{''{.ID}}|{''{json .Created}}|'
judge network "$facts|$(project_of .Labels)"
verdict young
verdict old
remove_old network rm
conclude networks
