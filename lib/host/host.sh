# Says what the host is. Takes no lock and removes nothing but scripts that no step has used for a month.
find "$RUN_DIR/scripts" -type f -mtime +30 -exec rm -f '{}' + 2>/dev/null
find_engine
find_compose
ask_compose_version
blocks=$(fullest -k)
inodes=$(fullest -i)
text "$ENGINE" 40
HOST="\"engine\":$TEXT,\"store\":\"$STORE\""
text "${COMPOSE_VERSION#v}" 40
HOST="$HOST,\"compose\":$TEXT${blocks:+,\"diskPercent\":$blocks}${inodes:+,\"inodePercent\":$inodes}"
HOST="$HOST,\"images\":$IMAGES,\"containers\":$CONTAINERS"
# fact NAME ARGUMENTS...: how many lines the Engine answers; a fact that it does not give in time is left out.
fact() {
  name=$1
  shift
  ! answer=$(bounded 10 docker "$@" -q 2>/dev/null) || HOST="$HOST,\"$name\":$(printf '%s' "$answer" | grep -c .)"
}
fact danglingImages image ls --filter dangling=true
fact volumes volume ls
# Without its scripts no task can run on this host.
[ -z "$UNSTORED" ] || fail no-space "$RUN_DIR/scripts cannot be written, so no task can run: is /run full?"
finish 'done'
