#!/usr/bin/env bash
# Copies into FOLDER, at their own paths, the programs that Fairlead's own containers run beside the binary, rclone, bsdtar
# and git (with what it needs for https and ssh), their libraries, and the names of their users.
#
# usage: scripts/image_tools.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$1
remote=$(git --exec-path)/git-remote-http
for program in rclone bsdtar git ssh "$remote"; do
    path=$(readlink -f "$(command -v "$program")")
    target=$folder/usr/bin/$program
    if [ "$program" = "$remote" ]; then target=$folder$remote; fi
    install -D -m 755 "$path" "$target"
    # A program that is linked to nothing needs nothing.
    if ldd "$path" >/dev/null 2>&1; then scripts/image_libraries.sh "$path" "$folder" all; fi
done
ln -sf git-remote-http "$folder$(dirname "$remote")/git-remote-https"

# The base's users and that of pods: ssh goes nowhere for a user without a name.
mkdir -p "$folder/etc"
cat >"$folder/etc/passwd" <<'END'
root:x:0:0:root:/root:/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
fairlead:x:1000:1000:fairlead:/nonexistent:/sbin/nologin
END
