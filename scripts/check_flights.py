"""Judges a finished run of manifests/examples/flights/: reads the PipelineRun as JSON, ends with 0 if it is sane."""

import json
import pathlib
import sys
import urllib.parse

run = json.load(sys.stdin)
status = run.get("status", {})
results = status.get("results", {})
tasks = {task["name"]: task for task in status.get("tasks", [])}
problems = []


def expect(holds, what):
    if not holds:
        problems.append(what)


def number(name):
    value = results.get(name)
    expect(isinstance(value, (int, float)) and not isinstance(value, bool), f"result {name} is {value!r}, no number")
    return value if isinstance(value, (int, float)) else float("nan")


expect(status.get("phase") == "Succeeded", f"the phase is {status.get('phase')}")
wanted = {"ingest", "check-data", "train-logistic", "train-boosting", "evaluate", "report", "summary"}
expect(wanted <= tasks.keys(), f"no word of {sorted(wanted - tasks.keys())}")
best = results.get("best")
for name, task in tasks.items():
    phase = "Skipped" if name.startswith("register-") and name != f"register-{best}" else "Succeeded"
    expect(task.get("phase") == phase, f"task {name} is {task.get('phase')}")

asked = run["spec"].get("params", {}).get("rows", 60000)
rows, test_rows, auc, baseline = map(number, ["rows", "test_rows", "auc", "auc_baseline"])
expect(rows == asked, f"{rows} rows, but {asked} were asked for")
expect(0.15 * rows < test_rows < 0.35 * rows, f"{test_rows} of {rows} rows in the test: October to December is a quarter")
expect(0.6 < auc < 0.85, f"an AUC of {auc} is not to be expected of these data")
expect(auc > baseline, f"the best model ({auc}) does not beat the base line ({baseline})")
expect(0.55 < baseline < 0.75, f"an AUC of {baseline} for the base line is not to be expected of these data")
expect(best in {"logistic", "boosting"}, f"the best model is {best!r}")

for task, artifact in [("ingest", "dataset"), ("train-logistic", "model"), ("report", "report")]:
    uri = tasks.get(task, {}).get("artifacts", {}).get(artifact, {}).get("uri", "")
    parsed = urllib.parse.urlparse(uri)
    path = pathlib.Path(urllib.parse.unquote(parsed.path))
    expect(parsed.scheme == "file" and path.exists(), f"artifact {artifact} of {task} is not at {uri!r}")

if problems:
    sys.exit("no:\n" + "\n".join(f"  {problem}" for problem in problems))
print(f"yes: on {test_rows} unseen flights, {best} has an AUC of {auc:.3f}, the base line {baseline:.3f}")
report = tasks["report"]["artifacts"]["report"]["uri"]
print(f"the report: {urllib.parse.unquote(urllib.parse.urlparse(report).path)}/report.md")
