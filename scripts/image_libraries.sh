#!/usr/bin/env bash
# Copies into FOLDER the shared libraries that a binary needs and the image's base does not have; fails at one that the
# image is not meant to have, unless it is told to take all. docs/adr/0008-image.md says which those are.
#
# usage: scripts/image_libraries.sh path/to/fairlead FOLDER
#        scripts/image_libraries.sh path/to/another/program FOLDER all
set -euo pipefail

# What gcr.io/distroless/cc-debian12 has of what a Swift program may need.
base=" linux-vdso.so.1 ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1
 libresolv.so.2 libutil.so.1 libgcc_s.so.1 libstdc++.so.6 "
added=" libsqlite3.so.0 libz.so.1 "

binary=$1
folder=$2
which=${3:-named}
libraries=$(ldd "$binary")
if grep -q 'not found' <<<"$libraries"; then
    grep 'not found' <<<"$libraries" >&2
    exit 1
fi
failed=0
while read -r name path; do
    case "$base" in *" $name "* | *" $name"$'\n'*) continue ;; esac
    if [ "$which" = all ]; then added=" $name "; fi
    case "$added" in
    *" $name "*) install -D -m 644 "$(readlink -f "$path")" "$folder/usr/lib/$(uname -m)-linux-gnu/$name" ;;
    *) echo "$name: the image does not have it" >&2; failed=1 ;;
    esac
done < <(awk '{ name = $1; sub(".*/", "", name); print name, ($2 == "=>" ? $3 : $1) }' <<<"$libraries")
exit "$failed"
