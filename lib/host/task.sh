# The life cycle of a task: lock, start, condition, and the bytes that it reclaimed.
# Lists and variables:
#   RUN_DIR: the folder of this project on the host. By the document.
#   WORK: the folder of the lists. By prelude.sh, and take_lock empties it.
#   WHEN_DISK_USED_ABOVE: per cent, or empty. By the document.
#   DATA_ROOT: the Engine's data folder. By find_engine.
#   USED_BEFORE: KiB used on the disk when the task began, or empty. By begin_task.
#   BYTES_RECLAIMED: a number, or empty. By count_reclaimed.
#   TMPDIR: the folder of the lists, for the tools' temporary files. By take_lock.
#   ACCOUNTING: see objects.sh. By begin_task.
#   undescribed: objects that the Engine cannot describe. By begin_task, which empties it, and inspect_all.

# take_lock: allows one run at a time on a host. Reads RUN_DIR, WORK. Writes TMPDIR.
# A second run does not wait, because it would only find less to do.
take_lock() {
  # A failed redirection of exec would end the script, so a subshell tries it first.
  if ! (mkdir -p "$RUN_DIR" && : >>"$RUN_DIR/lock"); then
    fail lock-unavailable "$RUN_DIR/lock cannot be written"
  fi
  exec 9>>"$RUN_DIR/lock"
  locked=0
  flock -n 9 || locked=$?
  [ "$locked" != 1 ] || skip locked 'another housekeeping run is in progress on this host'
  [ "$locked" = 0 ] || fail lock-unavailable "flock cannot lock $RUN_DIR/lock: it ended with code $locked"
  rm -rf "$WORK"
  mkdir "$WORK" || fail_no_space
  export TMPDIR="$WORK"
}

# begin_task: does what every task does first. Reads WHEN_DISK_USED_ABOVE. Writes USED_BEFORE, undescribed, ACCOUNTING.
begin_task() {
  read_clock
  take_lock
  ACCOUNTING=yes
  printf '' >"$WORK/undescribed" || fail_no_space
  find_engine
  [ -z "$WHEN_DISK_USED_ABOVE" ] || check_disk
  USED_BEFORE=$(measure_used_kib)
}

# check_disk: ends the task unless the disk is used above the limit. Reads WHEN_DISK_USED_ABOVE, DATA_ROOT.
check_disk() {
  blocks=$(measure_fullest -k)
  inodes=$(measure_fullest -i)
  [ -n "$blocks" ] || fail disk-unknown "the file system that holds $DATA_ROOT cannot be read from this host"
  # Some file systems have no fixed number of inodes.
  [ "$blocks" -gt "$WHEN_DISK_USED_ABOVE" ] || [ "${inodes:-0}" -gt "$WHEN_DISK_USED_ABOVE" ] ||
    skip disk-not-full "blocks used: $blocks %, inodes used: ${inodes:-0} %, neither is above $WHEN_DISK_USED_ABOVE %"
}

# count_reclaimed: measures what the task reclaimed, before it ends. Reads USED_BEFORE. Writes BYTES_RECLAIMED.
count_reclaimed() {
  used_after=$(measure_used_kib)
  # The disk of an Engine on another machine cannot be measured.
  [ -n "$USED_BEFORE" ] && [ -n "$used_after" ] || return 0
  # Other processes write to the same disk, so a negative number counts as 0.
  [ "$used_after" -lt "$USED_BEFORE" ] || used_after=$USED_BEFORE
  BYTES_RECLAIMED=$(((USED_BEFORE - used_after) * 1024))
}
