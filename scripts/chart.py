"""Renews charts/fairlead/crds and manifests/install.yaml from manifests/crds and the chart; with --check it compares.

The templates keep to a small part of Helm's language, which `Template` knows and beyond which it refuses to go: so
the installation by `kubectl apply` is the chart rendered with its defaults, with no Helm needed to make it.
"""

import json
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHART = ROOT / "charts" / "fairlead"
INSTALL = ROOT / "manifests" / "install.yaml"
ORDER = [
    "Namespace", "CustomResourceDefinition", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role",
    "RoleBinding", "Deployment",
]


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


class Template:
    """Fills in `{{ … }}`: if, else, range, end; paths; default, quote, toYaml, nindent."""

    def __init__(self, text):
        self.tokens = re.split(r"(\{\{.*?\}\})", text)
        for index in range(1, len(self.tokens), 2):
            if self.tokens[index].startswith("{{-"):
                self.tokens[index - 1] = self.tokens[index - 1].rstrip()
            if self.tokens[index].endswith("-}}"):
                self.tokens[index + 1] = self.tokens[index + 1].lstrip()

    def render(self, root):
        self.root, self.position, self.out = root, 0, []
        self.block(root, True)
        if self.position < len(self.tokens):
            raise ValueError("an `end` too many")
        return "".join(self.out)

    def block(self, dot, active):
        """Renders up to the `else` or `end` that closes this block, and names it."""
        while self.position < len(self.tokens):
            token = self.tokens[self.position]
            self.position += 1
            if not token.startswith("{{"):
                if active:
                    self.out.append(token)
                continue
            words = token.strip("{}").strip("-").strip().split(None, 1)
            if words[0] in ("end", "else"):
                return words[0]
            if words[0] == "if":
                holds = active and bool(self.value(words[1], dot))
                if self.block(dot, active and holds) == "else":
                    self.block(dot, active and not holds)
            elif words[0] == "range":
                start = self.position
                items = self.value(words[1], dot) if active else []
                for item in items:
                    self.position = start
                    self.block(item, True)
                if not items:
                    self.block(dot, False)
            elif active:
                self.out.append(self.text(self.value(" ".join(words), dot)))
        return None

    def value(self, expression, dot):
        first, *filters = [part.strip() for part in expression.split("|")]
        name, _, rest = first.partition(" ")
        value = self.call(name, [], self.path(rest, dot), dot) if rest else self.path(name, dot)
        for item in filters:
            name, *arguments = item.split()
            value = self.call(name, arguments, value, dot)
        return value

    def call(self, name, arguments, value, dot):
        match name:
            case "default":
                return value or self.path(arguments[0], dot)
            case "quote":
                return '"' + self.text(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
            case "toYaml":
                return yaml.safe_dump(value, default_flow_style=False).rstrip("\n")
            case "nindent":
                indent = " " * int(arguments[0])
                return "\n" + "\n".join(indent + line for line in value.split("\n"))
        raise ValueError(f"unknown function {name}")

    def path(self, path, dot):
        if path == ".":
            return dot
        value = self.root if path.startswith("$") else dot
        for name in path.lstrip("$").split(".")[1:]:
            value = value[name]
        return value

    @staticmethod
    def text(value):
        return str(value).lower() if isinstance(value, bool) else str(value)


def chart_documents(values):
    """The objects that the chart makes, as text, in the order in which they are to be created."""
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    root = {
        "Values": values,
        "Chart": {"AppVersion": chart["appVersion"], "Version": chart["version"], "Name": chart["name"]},
        "Release": {"Name": "fairlead", "Namespace": "fairlead-system", "Service": "Helm"},
    }
    parts = []
    for file in sorted((CHART / "templates").glob("*.yaml")):
        try:
            text = Template(file.read_text()).render(root)
        except (ValueError, KeyError, TypeError) as error:
            sys.exit(f"{file.relative_to(ROOT)}: {error!r}")
        for part in re.split(r"^---$", text, flags=re.MULTILINE):
            if documents(part):
                parts.append(part.strip() + "\n")
    return sorted(parts, key=lambda part: ORDER.index(documents(part)[0]["kind"]))


def crds():
    return {file.name: file.read_text() for file in sorted((ROOT / "manifests" / "crds").glob("*.yaml"))}


def install():
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    header = "# Made by scripts/chart.py: the chart with its defaults. Apply with `kubectl apply --server-side -f`.\n"
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: fairlead-system\n"
    return header + "---\n".join([namespace, *crds().values(), *chart_documents(values)])


def renew():
    folder = CHART / "crds"
    folder.mkdir(exist_ok=True)
    for file in folder.glob("*.yaml"):
        file.unlink()
    for name, text in crds().items():
        (folder / name).write_text(text)
    INSTALL.write_text(install())


def check():
    problems = []

    def expect(holds, what):
        if not holds:
            problems.append(what)

    for file in sorted((ROOT / "manifests").rglob("*.yaml")) + [CHART / "Chart.yaml", CHART / "values.yaml"]:
        try:
            found = documents(file.read_text())
            expect(found, f"{file.relative_to(ROOT)}: holds nothing")
        except yaml.YAMLError as error:
            expect(False, f"{file.relative_to(ROOT)}: {error}")
    if problems:
        return problems

    expect(crds(), "manifests/crds: holds no CRD")
    for name, text in crds().items():
        size = len(json.dumps(yaml.safe_load(text), separators=(",", ":")))
        expect(size < 50_000, f"manifests/crds/{name}: {size} bytes as JSON, over 50 KB")
    copies = {file.name: file.read_text() for file in sorted((CHART / "crds").glob("*.yaml"))}
    expect(copies == crds(), "charts/fairlead/crds differs from manifests/crds: make manifests")
    expect(INSTALL.exists() and INSTALL.read_text() == install(), "manifests/install.yaml is out of date: make manifests")

    values = yaml.safe_load((CHART / "values.yaml").read_text())
    schema = yaml.safe_load((CHART / "values.schema.json").read_text())
    described = set(schema["properties"]) - {"global"}
    expect(set(values) == described, f"values.yaml and values.schema.json differ: {sorted(set(values) ^ described)}")
    used = set()
    for file in (CHART / "templates").iterdir():
        used |= set(re.findall(r"\.Values\.(\w+)", file.read_text()))
    expect(used == set(values), f"values used and values given differ: {sorted(used ^ set(values))}")

    filled = values | {
        "namespaces": ["a", "b"], "extraArgs": ["--x"], "podLabels": {"a": "b"}, "podAnnotations": {"a": "b"},
        "nodeSelector": {"a": "b"}, "tolerations": [{"key": "a"}], "affinity": {"nodeAffinity": {}},
        "priorityClassName": "high", "serviceAccount": {"create": True, "name": "x", "annotations": {"a": "b"}},
        "image": values["image"] | {"tag": "1", "pullSecrets": [{"name": "a"}]},
    }
    for given in (values, filled):
        objects = [documents(part)[0] for part in chart_documents(given)]
        bound = {item["kind"] for item in objects} & {"ClusterRoleBinding"}
        expect(bool(bound) != bool(given["namespaces"]), "rights for all namespaces where some were named, or none")
        for item in objects:
            for rule in item.get("rules", []):
                expect("secrets" not in rule["resources"], f"{item['metadata']['name']} may read Secrets")
                expect("*" not in str(rule), f"{item['metadata']['name']} has a wildcard")
            if item["kind"] == "Deployment":
                pod = item["spec"]["template"]["spec"]
                container = pod["containers"][0]
                expect(container["args"][:2] == ["controller", "--leader-elect"], "the controller's arguments")
                expect(pod["securityContext"]["runAsNonRoot"], "the controller may run as root")
                expect(container["securityContext"]["readOnlyRootFilesystem"], "the controller may write to its image")
                labels = item["spec"]["template"]["metadata"]["labels"]
                expect(item["spec"]["selector"]["matchLabels"].items() <= labels.items(), "the Deployment's selector")
    return problems


if sys.argv[1:] == ["--check"]:
    found = check()
    if found:
        sys.exit("\n".join(found))
    print("manifests and chart: fine")
else:
    renew()
