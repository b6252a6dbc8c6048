#!/bin/sh
# Checks every shell script of the repository. A host script is checked as it runs on a host, after those that it
# uses, so that the names they share are known.
set -eu
cd "$(dirname "$0")/.."
command -v shellcheck >/dev/null || {
  echo 'skipped: the shell scripts need shellcheck, which is not installed' >&2
  [ -z "${CI:-}" ]
  exit
}
# Settings come from the document, and no script uses all that it could.
check() { { printf '#!/bin/sh\n'; cat "$@"; } | shellcheck --shell=sh --exclude=SC2034,SC2153,SC2154,SC2317 -; }
cd lib/host
prelude='lists.sh result.sh engine.sh task.sh prelude.sh'
# shellcheck disable=SC2086  # several files
check early.sh store.sh $prelude host.sh
check early.sh load.sh
for task in ../tasks/*/; do
  script=$task$(basename "$task").sh
  # The parts of a script before it, in any order: each defines functions alone.
  parts=$(find "$task" -name '*.sh' ! -path "$script" | sort)
  # shellcheck disable=SC2086  # paths without spaces
  check $prelude clock.sh inspect.sh references.sh members.sh select.sh prune.sh images.sh $parts "$script"
done
cd ../..
# Found without git: the sources may have come as an archive.
{ find benchmark bin examples local rosetta test -name '*.sh'; find .ci -type f; } | xargs shellcheck
