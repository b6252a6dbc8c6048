# The life cycle of a task.

# take_lock: one run at a time on a host. A second one does not wait: it would only find less to do.
take_lock() {
  # A redirection of exec that fails would end the script, so it is tried apart.
  if ! (mkdir -p "$RUN_DIR" && : >>"$RUN_DIR/lock"); then
    fail lock-unavailable "$RUN_DIR/lock cannot be written"
  fi
  exec 9>>"$RUN_DIR/lock"
  locked=0
  flock -n 9 || locked=$?
  [ "$locked" != 1 ] || skip locked 'another housekeeping run is under way on this host'
  [ "$locked" = 0 ] || fail lock-unavailable "flock cannot lock $RUN_DIR/lock: it ended with code $locked"
  rm -rf "$WORK"
  mkdir "$WORK" || fail_no_space
  export TMPDIR="$WORK"
}

# begin: what every task does first. measured: what it does last, before finish.
begin_task() {
  read_clock
  take_lock
  printf '' >"$WORK/undescribed" || fail_no_space
  find_engine
  [ -z "$WHEN_DISK_USED_ABOVE" ] || check_disk
  USED_BEFORE=$(measure_used_kib)
}
check_disk() {
  blocks=$(measure_fullest -k)
  inodes=$(measure_fullest -i)
  [ -n "$blocks" ] || fail disk-unknown "the file system that holds $DATA_ROOT cannot be seen from here"
  # Some file systems have no fixed number of inodes.
  [ "$blocks" -gt "$WHEN_DISK_USED_ABOVE" ] || [ "${inodes:-0}" -gt "$WHEN_DISK_USED_ABOVE" ] ||
    skip disk-not-full "blocks used: $blocks %, inodes used: ${inodes:-0} %, neither is above $WHEN_DISK_USED_ABOVE %"
}
count_reclaimed() {
  used_after=$(measure_used_kib)
  # Of an Engine on another machine the file system is not to be seen.
  [ -n "$USED_BEFORE" ] && [ -n "$used_after" ] || return 0
  # Others write to the same disk meanwhile: less than nothing is nothing.
  [ "$used_after" -lt "$USED_BEFORE" ] || used_after=$USED_BEFORE
  BYTES_RECLAIMED=$(((USED_BEFORE - used_after) * 1024))
}
