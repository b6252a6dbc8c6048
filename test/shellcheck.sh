#!/bin/sh
# Checks every shell script of the repository. A host script is checked as it runs on a host:
# prelude first, so that the names they share are known.
set -eu
cd "$(dirname "$0")/.."
command -v shellcheck >/dev/null || {
  echo 'shellcheck is not installed: apt-get install shellcheck' >&2
  exit 1
}
for script in lib/host/host.sh lib/tasks/*.sh; do
  { printf '#!/bin/sh\n'; cat lib/host/prelude.sh "$script"; } | shellcheck --shell=sh -
done
git ls-files -co --exclude-standard -- '*.sh' '.ci/*' | grep -vE '^lib/' | xargs -r shellcheck
