"""Makes from manifests/crds and charts/fairlead what follows from them; with --check it compares, and checks the chart.

With --render '{"namespaces": ["team"]}' it prints what to apply for values other than the defaults.

Made are the chart's CRDs, manifests/install.yaml (the chart with its defaults, with no Helm needed), the same without the
CRDs as the Swift text of which `fairlead manifests` makes it, manifests/runtimes as the Swift text from which the controller
makes them, and the table of values in docs/configuration.md.
scripts/template.py renders the templates.
"""

import json
import pathlib
import re
import sys

import jsonschema
import kubernetes_validate
import yaml

from template import Chart, TemplateError

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHART = ROOT / "charts" / "fairlead"
CRDS = CHART / "templates" / "crds.yaml"
INSTALL = ROOT / "manifests" / "install.yaml"
RUNTIMES = ROOT / "manifests" / "runtimes"
SHIPPED = ROOT / "Sources" / "FairleadAPI" / "ServingRuntime" / "ShippedRuntimes+Manifests.swift"
OBJECTS = ROOT / "Sources" / "FairleadCLI" / "Manifests" / "ChartObjects.swift"
RIGHTS = OBJECTS.with_name("ChartObjects+Rights.swift")
CONFIGURATION = ROOT / "docs" / "configuration.md"
BEGIN, END = "<!-- made from values.yaml: begin -->\n", "<!-- made from values.yaml: end -->\n"
ORDER = [
    "Namespace", "NetworkPolicy", "PodDisruptionBudget", "ServiceAccount", "ConfigMap", "CustomResourceDefinition",
    "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "ReferenceGrant", "Service", "Deployment", "Job",
    "ServiceMonitor", "PrometheusRule",
]
# The oldest Kubernetes that Fairlead supports, and the newest whose schemas are at hand.
KUBERNETES = ["1.29", "1.36"]


class UniqueLoader(yaml.SafeLoader):
    """YAML in which no key stands twice."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{sorted(twice)} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def documents(text):
    return [document for document in yaml.load_all(text, UniqueLoader) if document is not None]


def values_with(**changes):
    """The chart's values with changes laid over them, as `helm --set` does."""

    def merge(old, new):
        if not isinstance(old, dict) or not isinstance(new, dict):
            return new
        return old | {key: merge(old.get(key), value) for key, value in new.items()}

    return merge(yaml.safe_load((CHART / "values.yaml").read_text()), changes)


def chart_documents(values, service="Helm"):
    """The objects that the chart makes, as text, in the order in which they are to be created."""
    about = yaml.safe_load((CHART / "Chart.yaml").read_text())
    root = {
        "Values": values,
        "Chart": {"AppVersion": about["appVersion"], "Version": about["version"], "Name": about["name"]},
        "Release": {"Name": "fairlead", "Namespace": "fairlead-system", "Service": service},
    }
    chart, parts = Chart(CHART), []
    for file in sorted((CHART / "templates").glob("*.yaml")) + [CHART / "templates" / "NOTES.txt"]:
        try:
            text = chart.render(file, root)
        except TemplateError as error:
            raise TemplateError(f"{file.relative_to(ROOT)}: {error}") from error
        if file.suffix == ".yaml":
            parts += [part.strip() + "\n" for part in re.split(r"^---$", text, flags=re.MULTILINE) if documents(part)]
    return sorted(parts, key=lambda part: ORDER.index(documents(part)[0]["kind"]))


def crds():
    return {file.name: file.read_text() for file in sorted((ROOT / "manifests" / "crds").glob("*.yaml"))}


def crd_template():
    """The CRDs as a template: Helm upgrades templates, and never what is under crds/."""
    parts = []
    for name, text in crds().items():
        if "{{" in text:
            sys.exit(f"manifests/crds/{name}: `{{{{` would be read as a template")
        head = re.search(r"^metadata:\n  name: .*\n", text, flags=re.MULTILINE)
        parts.append(
            "---\n" + text[:head.end()] + "  {{- if .Values.crds.keep }}\n  annotations:\n"
            "    helm.sh/resource-policy: keep\n  {{- end }}\n" + text[head.end():])
    note = "{{- /* Made by scripts/chart.py from manifests/crds: never edit it. */ -}}\n"
    return note + "{{- if .Values.crds.install }}\n" + "".join(parts) + "{{- end }}\n"


def install_parts(**values):
    """The chart's objects for those who have no Helm, which alone knows what to keep."""
    namespace = (
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: fairlead-system\n  labels:\n"
        "    pod-security.kubernetes.io/enforce: restricted\n")
    rendered = chart_documents(values_with(**values | {"crds": {"keep": False}}), service="kubectl")
    return [namespace] + [
        re.sub(r"\n[ \t]*(?=\n)", "", part) for part in rendered if not is_hook(documents(part)[0])
    ]


def install(**values):
    which = "these values" if values else "its defaults"
    header = f"# Fairlead's chart with {which}. Apply with `kubectl apply --server-side -f`.\n"
    return header + "---\n".join(install_parts(**values))


def literal(name, text):
    """A text as a constant of a Swift type."""
    lines = "".join(f"        {line}".rstrip() + "\n" for line in text.splitlines())
    return f'    static let {name} = #"""\n{lines}\n        """#\n'


def swift_runtimes():
    """The ClusterServingRuntimes that the controller makes."""
    texts = [file.read_text() for file in sorted(RUNTIMES.glob("*.yaml"))]
    return (
        "// Made by scripts/chart.py from manifests/runtimes: never edit it.\n\n"
        "extension ShippedRuntimes {\n    /// The objects as YAML.\n" + literal("manifests", "---\n".join(texts)) + "}\n")


def manifest_parts():
    """What `fairlead manifests` prints before the CRDs, which the binary has of its own, and after them: rights, the rest."""
    parts = install_parts()
    kinds = [documents(part)[0]["kind"] for part in parts]
    first = kinds.index("CustomResourceDefinition")
    last = len(kinds) - kinds[::-1].index("CustomResourceDefinition")
    if set(kinds[first:last]) != {"CustomResourceDefinition"}:
        sys.exit("the CRDs stand apart")
    rest = next(index for index in range(last, len(kinds)) if "Role" not in kinds[index])
    return ["---\n".join(part) for part in (parts[:first], parts[last:rest], parts[rest:])]


def swift_objects():
    before, _, rest = manifest_parts()
    return (
        "// Made by scripts/chart.py from charts/fairlead: never edit it.\n\n"
        "/// The objects of the chart with its defaults, as YAML, without the CustomResourceDefinitions.\n"
        "enum ChartObjects {\n    /// Those that come before the definitions.\n"
        + literal("beforeDefinitions", before)
        + "\n    /// Those that come after them.\n"
        '    static let afterDefinitions = rights + "---\\n" + workloads\n\n'
        "    /// What runs, and how it is reached.\n" + literal("workloads", rest) + "}\n")


def swift_rights():
    return (
        "// Made by scripts/chart.py from charts/fairlead: never edit it.\n\n"
        "extension ChartObjects {\n    /// Who may do what.\n" + literal("rights", manifest_parts()[1]) + "}\n")


def is_hook(item):
    return "helm.sh/hook" in item["metadata"].get("annotations", {})


def values_table():
    """A table of all values with their comments, which stand above each key of values.yaml."""
    rows, path, comment = ["| value | default | meaning |", "| --- | --- | --- |"], [], []
    for line in (CHART / "values.yaml").read_text().splitlines():
        match = re.match(r"( *)(?:# (.*)|([A-Za-z]+):(?: (.*))?)$", line)
        if not match:
            comment = []
        elif match.group(2):
            comment.append(match.group(2))
        else:
            path = [*path[:len(match.group(1)) // 2], match.group(3)]
            if not comment:
                sys.exit(f"values.yaml: {'.'.join(path)} has no comment")
            default = f"`{match.group(4)}`" if match.group(4) else ""
            rows.append(f"| `{'.'.join(path)}` | {default} | {' '.join(comment)} |")
            comment = []
    return "\n".join(rows) + "\n"


def configuration():
    before, rest = CONFIGURATION.read_text().split(BEGIN)
    return before + BEGIN + values_table() + END + rest.split(END)[1]


MADE = {CRDS: crd_template, INSTALL: install, OBJECTS: swift_objects, RIGHTS: swift_rights, SHIPPED: swift_runtimes, CONFIGURATION: configuration}

FILLED = {
    "namespaces": ["a", "b"], "artifacts": "pvc://store/x", "extraArgs": ["--x"], "podLabels": {"a": "b"},
    "podAnnotations": {"a": "b"}, "nodeSelector": {"a": "b"}, "tolerations": [{"key": "a", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}}, "priorityClassName": "high",
    "serviceAccount": {"name": "x", "annotations": {"a": "b"}}, "image": {"tag": "1", "pullSecrets": [{"name": "a"}]},
    "metrics": {
        "serviceMonitor": {"enabled": True, "labels": {"release": "p"}},
        "rules": {"enabled": True, "labels": {"release": "p"}}, "dashboard": {"enabled": True},
    },
    "allowedServiceAccounts": ["ml", "team-*/deployer"], "servingRuntimes": {"enabled": False},
    "router": {"extraArgs": ["--x"], "gatewayNamespaces": ["a", "b"], "from": [{"podSelector": {}}], "logSinks": [{"podSelector": {}}]},
    "networkPolicy": {
        "enabled": True, "metricsFrom": [{"namespaceSelector": {}}], "apiServer": [{"ipBlock": {"cidr": "10.0.0.0/8"}}],
    },
}
BARE = {
    "crds": {"install": False}, "rbac": {"create": False, "aggregate": False}, "serviceAccount": {"create": False},
    "podDisruptionBudget": {"enabled": False}, "metrics": {"service": False}, "uninstall": {"enabled": False},
    "progress": {"enabled": False}, "router": {"enabled": False}, "servingRuntimes": {"enabled": False},
}
REFUSED = [
    {"replica": 3}, {"replicas": "2"}, {"namespaces": ["A"]}, {"image": {"pullPolicy": "Sometimes"}},
    {"metrics": {"rules": {"enable": True}}}, {"logLevel": "loud"}, {"podLabels": {"a": 1}},
    {"networkPolicy": {"apiServerPorts": [0]}}, {"artifacts": "bucket"}, {"allowedServiceAccounts": ["a/b/c"]},
    {"router": {"domain": "-x"}}, {"router": {"gatewayNamespaces": ["*"]}}, {"router": {"replicas": -1}},
]


class Problems(list):
    def expect(self, holds, what):
        if not holds and what not in self:
            self.append(what)


def check():
    problems = Problems()
    for file in sorted((ROOT / "manifests").rglob("*.yaml")) + [CHART / "Chart.yaml", CHART / "values.yaml"]:
        try:
            problems.expect(documents(file.read_text()), f"{file.relative_to(ROOT)}: holds nothing")
        except yaml.YAMLError as error:
            problems.append(f"{file.relative_to(ROOT)}: {error}")
    if problems:
        return problems
    problems.expect(crds(), "manifests/crds: holds no CRD")
    for name, text in crds().items():
        size = len(json.dumps(yaml.safe_load(text), separators=(",", ":")))
        problems.expect(size < 50_000, f"manifests/crds/{name}: {size} bytes as JSON, over 50 KB")
    for file, make in MADE.items():
        current = file.exists() and file.read_text() == make()
        problems.expect(current, f"{file.relative_to(ROOT)} is out of date: make manifests")
    check_values(problems)
    for changes in ({}, FILLED, BARE, FILLED | {"namespaces": []}):
        values = values_with(**changes)
        check_objects(problems, values, [documents(part)[0] for part in chart_documents(values)])
    check_runtimes(problems)
    check_names(problems)
    check_metrics(problems)
    return problems


def check_values(problems):
    schema = json.loads((CHART / "values.schema.json").read_text())
    validator = jsonschema.Draft7Validator(schema)
    for changes in ({}, FILLED, BARE):
        for error in validator.iter_errors(values_with(**changes)):
            problems.append(f"values.schema.json refuses {list(error.absolute_path)}: {error.message}")
    for changes in REFUSED:
        problems.expect(not validator.is_valid(values_with(**changes)), f"values.schema.json takes {changes}")

    def compare(values, schema, path):
        problems.expect(schema.get("additionalProperties") is False, f"values.schema.json: {path} is open")
        described = set(schema["properties"]) - {"global"}
        problems.expect(set(values) == described, f"{path}: values and schema differ: {set(values) ^ described}")
        for key in set(values) & described:
            if "properties" in schema["properties"][key]:
                compare(values[key], schema["properties"][key], f"{path}.{key}")

    values = values_with()
    compare(values, schema | {"properties": schema["properties"]}, "values")
    used = set()
    for file in (CHART / "templates").iterdir():
        used |= set(re.findall(r"\.Values\.([\w.]+)", file.read_text()))

    def leaves(value, path):
        if isinstance(value, dict) and value and path not in used:
            return [leaf for key in value for leaf in leaves(value[key], f"{path}.{key}" if path else key)]
        return [path]

    problems.expect(set(leaves(values, "")) == used, f"values used and given differ: {set(leaves(values, '')) ^ used}")


def check_runtimes(problems):
    """The runtimes' containers are Kubernetes' own."""
    for file in sorted(RUNTIMES.glob("*.yaml")):
        for item in documents(file.read_text()):
            spec = {"containers": item["spec"]["containers"]} | item["spec"].get("podTemplate", {}).get("spec", {})
            pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": file.stem}, "spec": spec}
            problems.expect(item["metadata"]["name"] == file.stem, f"{file.name}: is {item['metadata']['name']}")
            for version in KUBERNETES:
                try:
                    kubernetes_validate.validate(pod, version, strict=True)
                except kubernetes_validate.ValidationError as error:
                    problems.append(f"{file.name}, Kubernetes {version}: {error.path}: {error.message}")


def check_objects(problems, values, objects):
    """What must hold of each rendering, and Kubernetes' own schemas of the oldest and the newest version."""
    cluster_roles = {item["metadata"]["name"] for item in objects if item["kind"] == "ClusterRole"}
    problems.expect(not (cluster_roles and values["namespaces"]), f"ClusterRoles in namespaced mode: {cluster_roles}")
    for item in objects:
        kind, name = item["kind"], item["metadata"]["name"]
        if kind not in ("CustomResourceDefinition", "ServiceMonitor", "PrometheusRule", "ReferenceGrant"):
            for version in KUBERNETES:
                try:
                    kubernetes_validate.validate(item, version, strict=True)
                except kubernetes_validate.ValidationError as error:
                    problems.append(f"{kind} {name}, Kubernetes {version}: {error.path}: {error.message}")
        if kind == "CustomResourceDefinition":
            policy = item["metadata"].get("annotations", {}).get("helm.sh/resource-policy")
            problems.expect((policy == "keep") == values["crds"]["keep"], f"{name}: its policy is {policy}")
        for rule in item.get("rules", []):
            # The one Secret is its own: the certificates of the server to which jobs push.
            own = rule.get("resourceNames") == ["fairlead-progress-tls"]
            reads = "secrets" in rule["resources"] and rule["verbs"] != ["create"] and not own
            problems.expect(not reads, f"{name} may read Secrets")
            problems.expect("*" not in str(rule), f"{name} has a wildcard")
        if kind in ("Deployment", "Job"):
            check_pod(problems, name, item["spec"]["template"]["spec"])
        if kind == "Deployment":
            labels = item["spec"]["template"]["metadata"]["labels"]
            problems.expect(item["spec"]["selector"]["matchLabels"].items() <= labels.items(), "the pods' selector")
    # What uninstalls must not be what it waits for.
    deployments = {item["metadata"]["name"]: item for item in objects if item["kind"] == "Deployment"}
    problems.expect(("fairlead-router" in deployments) == values["router"]["enabled"], "router.enabled")
    selector = deployments["fairlead-controller"]["spec"]["selector"]["matchLabels"]
    for job in (item for item in objects if item["kind"] == "Job"):
        labels = job["spec"]["template"]["metadata"]["labels"]
        problems.expect(not selector.items() <= labels.items(), "the uninstalling pod counts as a controller")
        problems.expect(is_hook(job), "the uninstalling Job is no hook")


def check_pod(problems, name, pod):
    """Pod Security's level `restricted`, and a file system that can't be written."""
    problems.expect(pod["securityContext"]["runAsNonRoot"], f"{name} may run as root")
    problems.expect(pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, f"{name}: seccomp")
    for container in pod["containers"]:
        context = container["securityContext"]
        problems.expect(context["readOnlyRootFilesystem"] is True, f"{name} may write to its image")
        problems.expect(context["allowPrivilegeEscalation"] is False, f"{name} may gain privileges")
        problems.expect(context["capabilities"] == {"drop": ["ALL"]}, f"{name} has capabilities")


def check_names(problems):
    """Each flag that the chart gives is one of the command's, and each alert has its part in docs/alerts.md."""
    helps = (ROOT / "Tests" / "FairleadCLITests" / "Goldens" / "help.txt").read_text()
    for item in (documents(part)[0] for part in chart_documents(values_with(**FILLED))):
        if item["kind"] in ("Deployment", "Job"):
            command, *flags = item["spec"]["template"]["spec"]["containers"][0]["args"]
            _, _, known = helps.partition(f"===== fairlead {command} --help")
            known = known.partition("=====")[0]
            for flag in (flag.split("=")[0] for flag in flags if flag not in FILLED["extraArgs"]):
                problems.expect(f"{flag} " in known or f"{flag}\n" in known, f"fairlead {command} has no {flag}")
        if item["kind"] == "PrometheusRule":
            alerts = [rule["alert"] for rule in item["spec"]["groups"][0]["rules"]]
            told = re.findall(r"^## (Fairlead\w+)$", (ROOT / "docs" / "alerts.md").read_text(), flags=re.MULTILINE)
            problems.expect(alerts == told, f"alerts and docs/alerts.md differ: {set(alerts) ^ set(told)}")
            for rule in item["spec"]["groups"][0]["rules"]:
                anchor = rule["annotations"]["runbook_url"].partition("#")[2]
                problems.expect(anchor == rule["alert"].lower(), f"{rule['alert']}: its runbook is #{anchor}")


def known_metrics():
    """Each metric of docs/metrics.md with its labels."""
    known = {}
    for name, kind, labels in re.findall(
        r"^\| `(\w+)` \| (\w+) \| (.*?) \|", (ROOT / "docs" / "metrics.md").read_text(), flags=re.MULTILINE
    ):
        names = [name + suffix for suffix in ("_bucket", "_sum", "_count")] if kind == "histogram" else [name]
        own = set(re.findall(r"`(\w+)`", labels)) | {"job", "namespace", "instance", "pod"}
        known |= {full: own | ({"le"} if full.endswith("_bucket") else set()) for full in names}
    return known


def queries():
    for item in (documents(part)[0] for part in chart_documents(values_with(**FILLED))):
        if item["kind"] == "PrometheusRule":
            yield from (rule["expr"] for group in item["spec"]["groups"] for rule in group["rules"])
    dashboard = json.loads((CHART / "files" / "dashboard.json").read_text())
    yield from (target["expr"] for panel in dashboard["panels"] for target in panel["targets"])


def check_metrics(problems):
    """Every query of an alert or of the dashboard names metrics and labels that there are."""
    known = known_metrics()
    words = {"sum", "max", "min", "count", "rate", "increase", "changes", "absent", "histogram_quantile", "and", "or"}
    for query in queries():
        labels, rest = set(), re.sub(r'"[^"]*"', '""', query)
        for grouped in re.findall(r"\bby \(([^)]*)\)", rest):
            labels |= set(re.findall(r"\w+", grouped))
        for matched in re.findall(r"\{([^}]*)\}", rest):
            labels |= set(re.findall(r"(\w+)\s*[=!]", matched))
        rest = re.sub(r"\bby \([^)]*\)|\{[^}]*\}|\[[^]]*\]", " ", rest)
        names = set(re.findall(r"[a-zA-Z_:][\w:]*", rest)) - words
        problems.expect(names, f"no metric in {query}")
        for name in names:
            problems.expect(name in known, f"docs/metrics.md has no {name}: {query}")
            missing = labels - known.get(name, labels)
            problems.expect(not missing, f"{name} has no label {sorted(missing)}: {query}")


if sys.argv[1:] == ["--check"]:
    found = check()
    if found:
        sys.exit("\n".join(found))
    print("manifests and chart: fine")
elif sys.argv[1:2] == ["--render"]:
    print(install(**json.loads(sys.argv[2])), end="")
else:
    for path, make in MADE.items():
        path.write_text(make())
