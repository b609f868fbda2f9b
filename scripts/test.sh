#!/usr/bin/env bash
# Runs the built tests and says once more, after thousands of lines, which of them failed and on what.
#
# usage: scripts/test.sh COMMAND…
set -uo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
if [ "$status" != 0 ]; then
    echo
    echo "what failed:"
    grep -aE -A 2 'recorded an issue|Fatal error|unexpected signal' "$log" |
        grep -avE '^--$|(started|passed after)|^[◇✔]' | cut -c 1-600 | tail -n 80
fi
exit "$status"
