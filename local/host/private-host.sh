#!/bin/sh
# The first process of a private Docker host. It sets up the host's own mounts and network, then reaps
# orphaned processes. It runs in its own namespaces (see private-host.ts); everything it makes ends with it.
#   $1 folder to mount over /usr (may be empty)
#   $2 files below /usr to hide, joined by ':' (may be empty)
#   $3 folder to lay under /usr (may be empty)
set -eu

mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/lock /run/layer /run/engine
# In memory, for speed, and so that reclaimed bytes are exact: nothing else writes to this file system.
mount -t tmpfs -o mode=711 tmpfs /run/engine

lower=${1:+$1:}/usr${3:+:$3}
if [ -n "$2" ]; then
  old_ifs=$IFS
  IFS=:
  for hidden in $2; do
    mkdir -p "/run/layer/$(dirname "$hidden")"
    mknod "/run/layer/$hidden" c 0 0 # overlayfs takes this device number for "deleted"
  done
  IFS=$old_ifs
  lower=/run/layer:$lower
fi
[ "$lower" = /usr ] || mount -t overlay -o "ro,lowerdir=$lower" overlay /usr

mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup
ip link set lo up
# A context or plug-in that is configured there could point the CLI to another Engine.
[ ! -d /root/.docker ] || mount -t tmpfs tmpfs /root/.docker

echo ready
while :; do
  sleep 3600 &
  wait
done
