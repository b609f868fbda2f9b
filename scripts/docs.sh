#!/usr/bin/env bash
# Every YAML in the documentation and every example must be right: `fairlead validate` reads them all.
#
# usage: scripts/docs.sh path/to/fairlead
set -euo pipefail
cd "$(dirname "$0")/.."

fairlead=$1
folder=.fairlead/docs
rm -rf "$folder"
mkdir -p "$folder"
for page in README.md CONTRIBUTING.md docs/*.md; do
    awk -v prefix="$folder/$(basename "$page" .md)" '
        /^```yaml$/ { inside = 1; count += 1; file = sprintf("%s-%d.yaml", prefix, count); next }
        /^```$/ { if (inside) close(file); inside = 0 }
        inside { print > file }
    ' "$page"
done
count=0
for file in "$folder"/*.yaml manifests/examples/*.yaml manifests/examples/*/*.yaml manifests/runtimes/*.yaml; do
    grep -q '^apiVersion: fairlead.dev/' "$file" || continue
    "$fairlead" validate "$file" >/dev/null || { echo "$file: not valid" >&2; exit 1; }
    count=$((count + 1))
done
echo "documentation: $count files of YAML are valid"
