#!/usr/bin/env bash
# Copies into FOLDER, at their own paths, the programs that Fairlead's own containers run beside the binary, rclone, bsdtar
# and git (with what it needs for https), and their libraries.
#
# usage: scripts/image_tools.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$1
remote=$(git --exec-path)/git-remote-http
for program in rclone bsdtar git "$remote"; do
    path=$(readlink -f "$(command -v "$program")")
    target=$folder/usr/bin/$program
    if [ "$program" = "$remote" ]; then target=$folder$remote; fi
    install -D -m 755 "$path" "$target"
    # A program that is linked to nothing needs nothing.
    if ldd "$path" >/dev/null 2>&1; then scripts/image_libraries.sh "$path" "$folder" all; fi
done
ln -sf git-remote-http "$folder$(dirname "$remote")/git-remote-https"
