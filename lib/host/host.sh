# Reports facts about the host. It takes no lock, and removes only scripts that no step has used for a month.
# Lists and variables:
#   RUN_DIR: the folder of this project on the host. By the document.
#   ENGINE, STORE, IMAGE_COUNT, CONTAINER_COUNT, COMPOSE_VERSION: facts. By find_engine, ask_compose_version.
#   TEXT: the last text as a JSON string. By quote_text.
#   HOST_FACTS: members of the result's `host`, as JSON. By this file, finish prints them.
#   UNSTORED: names of the scripts that could not be stored. By store_script.

find "$RUN_DIR/scripts" -type f -mtime +30 -exec rm -f '{}' + 2>/dev/null
find_engine
find_compose
ask_compose_version
quote_text "$ENGINE" 40
HOST_FACTS="\"engine\":$TEXT,\"store\":\"$STORE\""
quote_text "${COMPOSE_VERSION#v}" 40
HOST_FACTS="$HOST_FACTS,\"compose\":$TEXT"
HOST_FACTS="$HOST_FACTS$(print_disk_facts)"
HOST_FACTS="$HOST_FACTS,\"images\":$IMAGE_COUNT,\"containers\":$CONTAINER_COUNT"

# add_fact NAME ARGUMENTS...: adds how many lines the Docker CLI prints. Reads HOST_FACTS. Writes HOST_FACTS.
# It leaves out a fact that the Engine does not give in time.
add_fact() {
  name=$1
  shift
  ! answer=$(run_bounded 10 docker "$@" -q 2>/dev/null) || HOST_FACTS="$HOST_FACTS,\"$name\":$(printf '%s' "$answer" | grep -c .)"
}

add_fact danglingImages image ls --filter dangling=true
add_fact volumes volume ls
# No task can run on this host without its scripts.
[ -z "$UNSTORED" ] || fail no-space "$RUN_DIR/scripts cannot be written, so no task can run: is /run full?"
finish 'done'
