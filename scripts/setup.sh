#!/usr/bin/env bash
# Makes sure that what a verb of the Makefile needs is there: by apt-get where this is root on a Debian, else one line
# says what is missing. What is optional never fails.
#
# usage: scripts/setup.sh build|test|demo|check
set -euo pipefail
cd "$(dirname "$0")/.."

required=()
optional=()

header() { [ -n "$(find /usr/include /usr/local/include /opt/homebrew/include -name "$1" -print -quit 2>/dev/null)" ]; }
command_exists() { command -v "$1" >/dev/null 2>&1; }
python_makes_environments() { python3 -c 'import ensurepip, venv' >/dev/null 2>&1; }

need_build() {
    command_exists swift || { echo "missing: Swift 6.2 or newer (https://www.swift.org/install)" >&2; exit 1; }
    if [ "$(uname)" = Linux ]; then
        header sqlite3.h || required+=(libsqlite3-dev)
        header zlib.h || required+=(zlib1g-dev)
    fi
}

need_python() {
    python_makes_environments || required+=(python3 python3-venv)
}

need_node() {
    [ "$(uname)" != Linux ] || command_exists bwrap || optional+=(bubblewrap)
}

need_artifacts() {
    command_exists rclone || optional+=(rclone)
    command_exists git || optional+=(git)
    command_exists bsdtar || optional+=(libarchive-tools)
}

need_kubectl() {
    command_exists kubectl || optional+=(kubernetes-client)
}

need_mpi() {
    command_exists mpirun || optional+=(openmpi-bin)
    [ -x /usr/sbin/sshd ] || command_exists sshd || optional+=(openssh-server)
}

install() {
    [ "$#" -gt 0 ] || return 0
    if ! command_exists apt-get || [ "$(id -u)" != 0 ]; then return 1; fi
    # Where systemd runs, the package would open this machine's port 22.
    if [ "$1" = openssh-server ] && [ -d /run/systemd/system ]; then return 1; fi
    export DEBIAN_FRONTEND=noninteractive
    if [ -z "${updated:-}" ]; then
        apt-get update -qq </dev/null >/dev/null || { sleep 5; apt-get update -qq </dev/null >/dev/null; } || true
        updated=yes
    fi
    echo "installing $*"
    apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

case "${1:-}" in
build) need_build ;;
test) need_build; need_python; need_node; need_artifacts; need_kubectl; need_mpi ;;
demo) need_build; need_python; need_node; need_artifacts; need_kubectl ;;
check) need_python ;;
*) echo "usage: $0 build|test|demo|check" >&2; exit 64 ;;
esac

if ! install "${required[@]}"; then
    echo "missing: ${required[*]} (on Debian: sudo apt-get install ${required[*]})" >&2
    exit 1
fi
for package in "${optional[@]}"; do
    install "$package" && continue
    case "$package" in
    bubblewrap) echo "missing: bubblewrap; pods run without it, in the plain way that docs/local-node.md tells of" ;;
    rclone | git) echo "missing: $package; inputs, artifacts and code that are not on this host are left out" ;;
    libarchive-tools) echo "missing: bsdtar; code in archives is left out" ;;
    openmpi-bin | openssh-server) echo "missing: $package; the test of MPI jobs is left out" ;;
    kubernetes-client) echo "missing: kubectl; what needs it is left out" ;;
    esac
done

# The manifests' checks read YAML and hold it against Kubernetes' own schemas; a test of the metrics' text asks the
# library that Prometheus itself has for Python; those of artifacts store them in moto's S3.
tools="pyyaml==6.0.3 jsonschema==4.26.0 kubernetes-validate==1.36.0 prometheus-client==0.26.0 moto[server]==5.2.5"
case "$1" in check | test)
    if [ "$(cat .fairlead/tools/installed 2>/dev/null)" != "$tools" ]; then
        mkdir -p .fairlead
        rm -rf .fairlead/tools
        python3 -m venv .fairlead/tools
        # shellcheck disable=SC2086
        if .fairlead/tools/bin/pip install --quiet --disable-pip-version-check $tools; then
            echo "$tools" >.fairlead/tools/installed
        else
            echo "missing: $tools, which pip could not install" >&2
            [ "$1" = test ] || exit 1
        fi
    fi
    ;;
esac
