# Measures the disk again after all tasks. It takes no lock, and changes nothing.
# Lists and variables:
#   DISK_FACTS: members of the result's `disk`, as JSON. By this file, finish prints them.

find_engine
DISK_FACTS=$(print_disk_facts)
DISK_FACTS=${DISK_FACTS#,}
finish 'done'
