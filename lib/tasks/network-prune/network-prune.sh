# Removes the networks that no container refers to, running or stopped: those that carry all the LABELS (may be empty)
# and, with COMPOSE_LEFTOVERS, those of Compose projects that have no container.

# A project without a container is over, or about to begin: hence the age.
list_leftovers() {
  list_members members -a --filter "label=$PROJECT_LABEL"
  inspect_all members with-containers container "$(project_of .Config.Labels)"
  need_all members
  list projects network ls --no-trunc --filter scope=local --filter "label=$PROJECT_LABEL" \
    --format "{""{.ID}} {""{json (.Label \"$PROJECT_LABEL\")}""}"
  awk '
    FILENAME == ARGV[1] { alive[$0]; next }
    !(substr($0, length($1) + 2) in alive) { print $1 }
  ' "$WORK/with-containers" "$WORK/projects" | sort -u >"$WORK/leftovers" || full
}

begin
empty labelled leftovers
[ -z "$LABELS" ] || labelled labelled network ls -q --no-trunc --filter scope=local
[ "$COMPOSE_LEFTOVERS" = false ] || list_leftovers
sort -u "$WORK/labelled" "$WORK/leftovers" >"$WORK/candidates" || full
leave_kept candidates network ls -q --no-trunc
leave_excluded_names network
list containers ps -aq --no-trunc
list_references containers
need_all containers services
comm -12 "$WORK/candidates" "$WORK/used-networks" >"$WORK/used-candidates" || full
without used-networks candidates
facts='{''{.ID}}|{''{json .Created}}|'
judge network "$facts|$(project_of .Labels)"
verdict young
verdict old
remove_old network
passed excluded "$(lines excluded)"
conclude networks network
