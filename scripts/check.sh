#!/usr/bin/env bash
# What the formatter does not judge: the size of files, and what traps or escapes the compiler without a reason.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0
fail() { echo "$1" >&2; failed=1; }

while read -r lines file; do
    [ "$file" = total ] || [ "$lines" -le 500 ] || fail "$file: $lines lines; 500 is the most"
done < <(find Package.swift Sources Tests Benchmarks docs/examples -name '*.swift' -print0 | xargs -0 wc -l)

while IFS= read -r file; do
    fail "$file: say what is in it; utils, helpers, common and managers are no names"
done < <(find Sources Tests Benchmarks docs/examples -name '*.swift' | grep -E '(Utils?|Helpers?|Common|Manager)\.swift$' || true)

# Each line of scripts/allowed.txt: the file, the word, the reason.
for word in '@unchecked Sendable' 'nonisolated(unsafe)' 'try!' 'fatalError(' 'preconditionFailure('; do
    while IFS=: read -r file line text; do
        case "$(sed 's/^[[:space:]]*//' <<<"$text")" in //*) continue ;; esac
        grep -qF -- "$file | $word |" scripts/allowed.txt || fail "$file:$line: '$word' without a reason in scripts/allowed.txt"
    done < <(grep -rnE --include='*.swift' -- "(^|[^A-Za-z])${word//[()]/.}" Sources Tests Benchmarks docs/examples || true)
done
while IFS='|' read -r file word reason; do
    file=$(xargs <<<"$file")
    case "$file" in ''|'#'*) continue ;; esac
    word=$(sed 's/^ //; s/ $//' <<<"$word")
    grep -qF -- "$word" "$file" 2>/dev/null || fail "scripts/allowed.txt: $file has no '$word' any more"
    [ -n "$(tr -d ' ' <<<"$reason")" ] || fail "scripts/allowed.txt: $file needs a reason"
done <scripts/allowed.txt

while read -r reason; do
    grep -qF -- "\`$reason\`" docs/reasons.md || fail "docs/reasons.md: no word of $reason"
done < <(sed -n 's/^    case [a-zA-Z]* = "\(.*\)"$/\1/p' Sources/FairleadAPI/Values/Reason.swift)

for script in scripts/*.sh .ci/run; do
    bash -n "$script" || failed=1
done

[ "$failed" = 0 ] && echo "sources: fine"
exit "$failed"
