#!/usr/bin/env bash
# Runs a binary as the image will: with the libraries that the image has and no others, a root that can't be written,
# and as user 65532. It needs bubblewrap and no container engine.
#
# A binary that was not linked with --static-swift-stdlib gets Swift's own libraries too, and that is said.
#
# usage: scripts/image_test.sh path/to/fairlead
set -euo pipefail
cd "$(dirname "$0")/.."

binary=$1
if [ "$(uname)" != Linux ] || ! command -v bwrap >/dev/null || ! bwrap --ro-bind / / true 2>/dev/null; then
    echo "image: not tested, for want of a bubblewrap that works here"
    exit 0
fi
root=$(mktemp -d)
served=
finish() {
    if [ -n "$served" ]; then kill -KILL "$served" 2>/dev/null || true; fi
    rm -rf "$root"
}
trap finish EXIT

architecture=$(uname -m)-linux-gnu
folder=$root/usr/lib/$architecture
mkdir -p "$folder" "$root/usr/bin" "$root/lib64" "$root/tmp" "$root/proc" "$root/dev" "$root/etc" "$root/var/run/secrets"
echo 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >"$root/etc/passwd"
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
fi
install "$binary" "$root/usr/bin/fairlead"
note="statically linked with Swift"
if ! scripts/image_libraries.sh "$binary" "$root" 2>"$root/missing"; then
    note="with Swift's libraries added, since the binary is linked to them"
    if grep -vE '^lib(swift|Foundation|_Foundation|dispatch|BlocksRuntime)' "$root/missing"; then exit 1; fi
    ldd "$binary" | awk '/\/(libswift|libFoundation|lib_Foundation|libdispatch|libBlocksRuntime)/ { print $3 }' |
        xargs -I{} cp {} "$folder"
fi
rm "$root/missing"
tools=
if command -v rclone >/dev/null && command -v bsdtar >/dev/null && command -v git >/dev/null; then
    scripts/image_tools.sh "$root"
    tools="; rclone, bsdtar and git too"
fi
for name in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2 libnss_dns.so.2 libnss_files.so.2 \
    libgcc_s.so.1 libstdc++.so.6; do
    path=$(ldconfig -p | awk -v name="$name" '$1 == name && !found++ { print $NF }')
    [ -z "$path" ] || cp "$(readlink -f "$path")" "$folder/$name"
done
loader=$(ldd "$binary" | awk '/ld-linux/ { print $1 }')
mkdir -p "$root$(dirname "$loader")"
cp "$(readlink -f "$loader")" "$root$loader"

run() {
    bwrap --unshare-user --unshare-pid --unshare-ipc --uid 65532 --gid 65532 --ro-bind "$root" / --proc /proc --dev /dev \
        --remount-ro / --clearenv --setenv PATH /usr/bin --setenv LD_LIBRARY_PATH "/usr/lib/$architecture" \
        --die-with-parent --chdir / "$@"
}

run /usr/bin/fairlead --version >/dev/null
[ "$(run /usr/bin/fairlead crds | grep -c '^kind: CustomResourceDefinition$')" -gt 0 ]
run /usr/bin/fairlead uninstall --help >/dev/null
if [ -n "$tools" ]; then
    run /usr/bin/rclone --config '' version >/dev/null 2>&1
    run /usr/bin/bsdtar --version >/dev/null
    # git's part for https is there, and finds nobody.
    said=$(run /usr/bin/git ls-remote https://127.0.0.1:1/ 2>&1 || true)
    if ! grep -q 'Failed to connect\|Could not connect' <<<"$said"; then
        echo "image: git can't do https: $said" >&2
        exit 1
    fi
fi

# A controller whose API server can't be reached lives, is not ready, and ends at SIGTERM.
mkdir -p "$root/config"
cat >"$root/config/kubeconfig" <<TEXT
apiVersion: v1
kind: Config
current-context: none
clusters: [{name: none, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: none, user: {token: none}}]
contexts: [{name: none, context: {cluster: none, user: none}}]
TEXT
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
run /usr/bin/fairlead controller --kubeconfig /config/kubeconfig --leader-elect --lease-namespace default \
    --health-address "127.0.0.1:$port" --metrics-address "127.0.0.1:$port" --log-format json 2>"$root.log" &
served=$!
ask() { python3 - "http://127.0.0.1:$port$1" <<'PYTHON'
import sys, urllib.error, urllib.request
try:
    print(urllib.request.urlopen(sys.argv[1], timeout=5).status)
except urllib.error.HTTPError as error:
    print(error.code)
except OSError:
    print("none")
PYTHON
}
for _ in $(seq 1 100); do
    [ "$(ask /livez)" = none ] || break
    sleep 0.1
done
answers="$(ask /livez) $(ask /readyz) $(ask /metrics)"
if [ "$answers" != "200 500 200" ]; then
    echo "image: /livez, /readyz and /metrics answer $answers; the log:" >&2
    cat "$root.log" >&2
    exit 1
fi
# bubblewrap forwards no signal: the program is the last of its children's children.
program=$served
while child=$(pgrep -P "$program" | head -1) && [ -n "$child" ]; do program=$child; done
kill -TERM "$program"
if ! wait "$served"; then
    echo "image: SIGTERM does not end the controller in order; the log:" >&2
    cat "$root.log" >&2
    exit 1
fi
served=
rm -f "$root.log"
echo "image: the binary runs on the image's libraries ($note$tools)"
