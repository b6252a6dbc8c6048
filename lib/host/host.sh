# Says what the host is. Changes nothing and takes no lock: a run that waits for nobody can always say this.
find_engine
find_compose
blocks=$(fullest -k)
inodes=$(fullest -i)
text "$ENGINE" 40
HOST="\"engine\":$TEXT,\"store\":\"$STORE\""
text "${COMPOSE_VERSION#v}" 40
HOST="$HOST,\"compose\":$TEXT${blocks:+,\"diskPercent\":$blocks}${inodes:+,\"inodePercent\":$inodes}"
HOST="$HOST,\"images\":$IMAGES,\"containers\":$CONTAINERS"
finish 'done'
