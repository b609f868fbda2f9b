"""Measures how long a request to a model that sleeps takes: from its first byte sent to its answer, with everything
between: the router holds it and asks for a pod, the Deployment's controller makes one, the node starts it, its server
gets ready, and the router passes the request on.

Usage: wake.py PATH-OF-FAIRLEAD [COUNT [AT-A-TIME]]

COUNT services sleep; they are woken AT-A-TIME at once, each once. `fairlead local` has all of it in one process. The
server is a trivial one of Python's own library, so that what is left is what waking costs, with a bare interpreter's
start, which is measured apart.
"""

import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SERVER = """
import os
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_GET

    def log_message(self, *_):
        pass

ThreadingHTTPServer(
    (socket.gethostbyname(socket.gethostname()), int(os.environ["PORT"])), Handler).serve_forever()
"""


def kubectl(kubeconfig, *arguments, text=None):
    return subprocess.run(
        ["kubectl", "--kubeconfig", kubeconfig, *arguments], check=True, input=text, text=True,
        stdout=subprocess.PIPE).stdout


def service(name):
    return {
        "apiVersion": "fairlead.dev/v1alpha1", "kind": "InferenceService", "metadata": {"name": name},
        "spec": {
            "image": "python:3.12-slim", "python": SERVER, "resources": {"cpu": "10m", "memory": "32Mi"},
            "replicas": {"min": 0, "max": 1, "initial": 0}}}


def statuses(kubeconfig):
    items = json.loads(kubectl(kubeconfig, "get", "inferenceservices", "-o", "json"))["items"]
    return [item.get("status", {}) for item in items]


def wake(url):
    host, port, path = re.fullmatch(r"http://([^:/]+):(\d+)(/.*)", url).groups()
    connection = http.client.HTTPConnection(host, int(port), timeout=130)
    began = time.monotonic()
    connection.request("POST", f"{path}/v2/models/{path.rsplit('/', 1)[1]}/infer", b"{}")
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{url}: {answer.status} {text[:300]}")
    return time.monotonic() - began


def interpreter():
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import http.server"], check=True)
    return time.monotonic() - began


def machine():
    models = re.findall(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} x {models[0] if models else 'unknown'}"


def measure(fairlead, folder, count, width):
    kubeconfig, ready = folder / "kubeconfig", folder / "ready"
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            [fairlead, "local", "--ephemeral", "--data-dir", folder / "data", "--kubeconfig", kubeconfig,
             "--ready-file", ready], stdout=log, stderr=log)
    try:
        while not ready.exists():
            if process.poll() is not None:
                sys.exit(f"fairlead local ended: {(folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)
        items = [service(f"w{number}") for number in range(count)]
        kubectl(kubeconfig, "apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
        deadline = time.monotonic() + 120
        while True:
            found = statuses(kubeconfig)
            asleep = [status["url"] for status in found if status.get("phase") == "Sleeping"]
            if len(asleep) == count:
                break
            if time.monotonic() > deadline:
                sys.exit(f"{len(asleep)} of {count} services sleep after 2 minutes; one of the others: "
                         f"{next(status for status in found if status.get('phase') != 'Sleeping')}")
            time.sleep(0.2)
        # What only the first of all wakes costs, such as the interpreter's environment, is no part of the others.
        first = wake(asleep[0])
        with concurrent.futures.ThreadPoolExecutor(width) as pool:
            times = sorted(pool.map(wake, asleep[1:]))
    finally:
        process.terminate()
        process.wait()
    return first, times


def main():
    fairlead = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    width = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    if count < 3:
        sys.exit("COUNT must be 3 or more")
    start = statistics.median(interpreter() for _ in range(5))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wake-"))
    try:
        first, times = measure(fairlead, folder, count, width)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    p95 = times[min(len(times) - 1, int(len(times) * 0.95))]
    print(f"{machine()}; an interpreter with http.server starts in {start * 1000:.0f} ms (1.0 below)")
    print(f"{len(times)} wakes, {width} at a time: "
          f"p50 {statistics.median(times):.2f} s ({statistics.median(times) / start:.1f}), "
          f"p95 {p95:.2f} s ({p95 / start:.1f}), slowest {times[-1]:.2f} s; the first of all took {first:.2f} s")


if __name__ == "__main__":
    main()
