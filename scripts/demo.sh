#!/usr/bin/env bash
# Starts a local cluster, runs the flights pipeline on it to the end, judges the numbers, and asks the model that it made.
#
# usage: scripts/demo.sh path/to/fairlead
set -euo pipefail
cd "$(dirname "$0")/.."

fairlead=$1
data=.fairlead/demo
ready=.fairlead/demo.ready
log=.fairlead/demo.log
run=flights-first
export KUBECONFIG=$PWD/.fairlead/kubeconfig

title() { if [ -t 1 ]; then printf '\n\033[1m%s\033[0m\n' "$1"; else printf '\n%s\n' "$1"; fi; }

local_cluster=
stop() {
    status=$?
    trap - EXIT
    if [ -n "$local_cluster" ] && kill -0 "$local_cluster" 2>/dev/null; then
        kill -TERM "$local_cluster" 2>/dev/null || true
        for _ in $(seq 1 150); do
            kill -0 "$local_cluster" 2>/dev/null || break
            sleep 0.2
        done
        kill -KILL "$local_cluster" 2>/dev/null || true
        wait "$local_cluster" 2>/dev/null || true
    fi
    exit "$status"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if command -v pgrep >/dev/null && pgrep -f -- "local --data-dir $data" >/dev/null; then
    echo "a local cluster still works in $data: end it first" >&2
    exit 1
fi

# The runs of last time go; the virtual environments made for their packages stay.
kept=.fairlead/demo.kept
mkdir -p "$data" "$kept"
while IFS= read -r folder; do
    mkdir -p "$kept/$(dirname "$folder")"
    mv "$data/$folder" "$kept/$folder"
done < <(cd "$data" && find . -maxdepth 3 -type d \( -name venvs -o -name cache \) -prune)
rm -rf "$data"
mv "$kept" "$data"
rm -f "$ready"

title "A local cluster"
"$fairlead" local --data-dir "$data" --ready-file "$ready" --kubeconfig "$KUBECONFIG" >"$log" 2>&1 </dev/null &
local_cluster=$!
for _ in $(seq 1 300); do
    [ ! -e "$ready" ] || break
    if ! kill -0 "$local_cluster" 2>/dev/null; then break; fi
    sleep 0.2
done
if [ ! -e "$ready" ]; then
    echo "the local cluster did not start; the end of $log:" >&2
    tail -n 20 "$log" >&2
    exit 1
fi
echo "serves; its log is $log"

title "manifests/examples/flights/: real departures, two models, one base line"
if ! "$fairlead" run manifests/examples/flights/ --watch; then
    echo "the run failed; the end of $log:" >&2
    tail -n 20 "$log" >&2
    exit 1
fi

title "Results"
"$fairlead" status "$run"

title "Graph"
"$fairlead" graph "$run"

title "Are the numbers sane?"
"$fairlead" status "$run" -o json | python3 scripts/check_flights.py

url=
serve() {
    title "The service: the better model behind the router"
    # The server of the model comes from PyPI the first time.
    for _ in $(seq 1 600); do
        service=$("$fairlead" status late -o json 2>/dev/null || echo null)
        url=$(python3 -c '
import json, sys
status = (json.load(sys.stdin) or {}).get("status", {})
print(status["url"] if status.get("phase") == "Ready" else "")' <<<"$service")
        [ -z "$url" ] || break
        if ! kill -0 "$local_cluster" 2>/dev/null; then break; fi
        sleep 1
    done
    "$fairlead" status late || true
    if [ -z "$url" ]; then
        echo "the service did not become ready; the end of $log:" >&2
        tail -n 20 "$log" >&2
        exit 1
    fi

    title "One request through the router"
    python3 scripts/ask_flights.py "$url"
}
if python3 -c 'import sys; sys.exit(sys.version_info >= (3, 13))'; then
    serve
else
    title "The service is left out: MLServer needs Python 3.12 or older"
fi

cat <<TEXT

Everything is kept in $data. To look around, start the cluster again in one terminal:

    $fairlead local --data-dir $data

and in another:

    export KUBECONFIG=.fairlead/kubeconfig
    kubectl get pipelineruns
    kubectl describe pipelinerun $run
    kubectl get pods -l fairlead.dev/run=$run
    kubectl explain pipelinerun.spec
    kubectl get inferenceservices,models,modelversions
    python3 scripts/ask_flights.py ${url:-URL}
    $fairlead logs $run evaluate
    $fairlead run flights -p rows=20000 -p seed=3 --watch
TEXT
