"""Measures what a controller that has nothing to do costs: its resident memory and its CPU time, in a cluster without
runs and in one with many finished ones.

Usage: idle.py PATH-OF-FAIRLEAD [COUNT-OF-RUNS]
"""

import concurrent.futures
import datetime
import http.client
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
local = threading.local()


class Server:
    """`fairlead local` with Fairlead's kinds and no controller."""

    def __init__(self, fairlead, folder):
        self.kubeconfig = folder / "kubeconfig"
        self.process = subprocess.Popen(
            [fairlead, "local", "--bare", "--ephemeral", "--data-dir", folder / "data", "--kubeconfig", self.kubeconfig,
             "--ready-file", folder / "ready"], stdout=subprocess.DEVNULL)
        while not (folder / "ready").exists():
            time.sleep(0.05)
        text = self.kubeconfig.read_text()
        self.host, port = re.search(r"server: https://([^:]+):(\d+)", text).groups()
        self.port = int(port)
        self.token = re.search(r"token: (\S+)", text).group(1)

    def call(self, method, path, body, kind="application/json"):
        if not hasattr(local, "connection"):
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            local.connection = http.client.HTTPSConnection(self.host, self.port, context=context)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        local.connection.request(method, path, json.dumps(body), headers)
        answer = local.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]}")
        return json.loads(text)


def definitions():
    for path in sorted((ROOT / "manifests" / "crds").iterdir()):
        yield path


def finished_run(server, index):
    runs = "/apis/fairlead.dev/v1alpha1/namespaces/default/pipelineruns"
    name = f"run-{index:06}"
    tasks = [{"name": f"t{task}", "command": ["true"], "image": "python:3.12-slim"} for task in range(5)]
    server.call("POST", runs, {
        "apiVersion": "fairlead.dev/v1alpha1", "kind": "PipelineRun", "metadata": {"name": name},
        "spec": {"pipelineSpec": {"tasks": tasks}}})
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    status = {
        "phase": "Succeeded", "progress": "5/5", "startTime": now, "completionTime": now, "duration": "1s",
        "specRef": f"{name}-spec",
        "tasks": [{"name": task["name"], "phase": "Succeeded", "attempts": 1, "startTime": now, "completionTime": now}
                  for task in tasks]}
    server.call("PATCH", f"{runs}/{name}/status", {"status": status}, "application/merge-patch+json")


def memory(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(fairlead, server, title):
    controller = subprocess.Popen(
        [fairlead, "controller", "--kubeconfig", server.kubeconfig, "--leader-elect", "--health-address", "0",
         "--metrics-address", "0", "--log-level", "error"])
    time.sleep(20)
    start, began = processor_seconds(controller.pid), time.monotonic()
    time.sleep(30)
    share = (processor_seconds(controller.pid) - start) / (time.monotonic() - began)
    print(f"{title}: {memory(controller.pid):.0f} MB resident, {share * 100:.2f} % of a processor", flush=True)
    controller.terminate()
    controller.wait()


def main():
    fairlead = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    folder = pathlib.Path(tempfile.mkdtemp())
    server = Server(fairlead, folder)
    try:
        for path in definitions():
            subprocess.run(
                ["kubectl", "--kubeconfig", server.kubeconfig, "apply", "-f", path], check=True,
                stdout=subprocess.DEVNULL)
        time.sleep(1)
        measure(fairlead, server, "no runs")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda index: finished_run(server, index), range(count)))
        measure(fairlead, server, f"{count} finished runs of 5 tasks")
    finally:
        server.process.terminate()
        server.process.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
