# Says what the host is. Takes no lock and removes nothing but scripts that no step has used for a month.
find "$RUN_DIR/scripts" -type f -mtime +30 -exec rm -f '{}' + 2>/dev/null
find_engine
find_compose
ask_compose_version
blocks=$(measure_fullest -k)
inodes=$(measure_fullest -i)
quote_text "$ENGINE" 40
HOST_FACTS="\"engine\":$TEXT,\"store\":\"$STORE\""
quote_text "${COMPOSE_VERSION#v}" 40
HOST_FACTS="$HOST_FACTS,\"compose\":$TEXT${blocks:+,\"diskPercent\":$blocks}${inodes:+,\"inodePercent\":$inodes}"
HOST_FACTS="$HOST_FACTS,\"images\":$IMAGE_COUNT,\"containers\":$CONTAINER_COUNT"
# fact NAME ARGUMENTS...: how many lines the Engine answers; a fact that it does not give in time is left out.
add_fact() {
  name=$1
  shift
  ! answer=$(run_bounded 10 docker "$@" -q 2>/dev/null) || HOST_FACTS="$HOST_FACTS,\"$name\":$(printf '%s' "$answer" | grep -c .)"
}
add_fact danglingImages image ls --filter dangling=true
add_fact volumes volume ls
# Without its scripts no task can run on this host.
[ -z "$UNSTORED" ] || fail no-space "$RUN_DIR/scripts cannot be written, so no task can run: is /run full?"
finish 'done'
