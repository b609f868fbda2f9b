"""A small part of Helm's template language, exactly as Helm has it; what it does not know it refuses.

Actions: `if`, `else if`, `else`, `range`, `define`, `end`, comments, pipelines. Values: paths from `.` and `$`, strings,
whole numbers, `true`, `false`, parentheses. Functions: those of `FUNCTIONS`, and `include`, `.Files.Get`.
"""

import pathlib
import re

import yaml

ACTION = re.compile(r"\{\{-?\s*(?:/\*.*?\*/|.*?)\s*-?\}\}", re.DOTALL)
WORD = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[()|]|[^\s()|"]+)')


class TemplateError(Exception):
    """What a template asks for that it may not, or a message of its own by `fail`."""


class Dumper(yaml.SafeDumper):
    """YAML as Helm writes it: no aliases."""

    def ignore_aliases(self, data):
        return True


def to_yaml(value):
    text = yaml.dump(value, Dumper=Dumper, default_flow_style=False, width=1 << 20)
    return text.removesuffix("\n...\n").rstrip("\n")


def text(value):
    if value is None:
        raise TemplateError("a value that is not there")
    return str(value).lower() if isinstance(value, bool) else str(value)


def quote(value):
    return '"' + text(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def indent(width, value):
    return "\n".join(" " * width + line for line in value.split("\n"))


def fail(message):
    raise TemplateError(message)


def first_true(*values):
    return next((value for value in values if value), values[-1])


def first_false(*values):
    return next((value for value in values if not value), values[-1])


FUNCTIONS = {
    "and": first_false,
    "default": lambda given, value: value or given,
    "eq": lambda left, right: left == right,
    "fail": fail,
    "indent": indent,
    "nindent": lambda width, value: "\n" + indent(width, value),
    "not": lambda value: not value,
    "or": first_true,
    "quote": quote,
    "toYaml": to_yaml,
}


class Chart:
    """The templates of a chart's folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.named = {}
        for file in sorted((self.folder / "templates").glob("*.tpl")):
            rest = self._parse(file).strip()
            if rest:
                raise TemplateError(f"{file.name}: text outside of a `define`: {rest[:40]!r}")

    def render(self, file, root):
        """The text that a template of the chart makes of the values."""
        return self._run(self._tree(pathlib.Path(file).read_text()), root, root)

    def _parse(self, file):
        outside = []
        for node in self._tree(file.read_text()):
            if node[0] == "define":
                self.named[node[1]] = node[2]
            else:
                outside.append(node[1] if node[0] == "text" else "{{")
        return "".join(outside)

    def _tree(self, source):
        """Nodes: (text, t), (value, words), (if, [(words, nodes)…]), (range, words, nodes), (define, name, nodes)."""
        tokens = self._tokens(source)
        nodes, end = self._block(tokens)
        if end is not None:
            raise TemplateError(f"`{end}` without a beginning")
        return nodes

    @staticmethod
    def _tokens(source):
        tokens, position, trims = [], 0, False
        for match in ACTION.finditer(source):
            before = source[position:match.start()]
            if trims:
                before = before.lstrip()
            action = match.group()
            if action.startswith("{{-"):
                before = before.rstrip()
            trims = action.endswith("-}}")
            position = match.end()
            tokens.append(("text", before))
            body = action[2:-2].removeprefix("-").removesuffix("-").strip()
            if not body.startswith("/*"):
                tokens.append(("action", Chart._words(body)))
        rest = source[position:]
        tokens.append(("text", rest.lstrip() if trims else rest))
        return iter([token for token in tokens if token[1]])

    @staticmethod
    def _words(body):
        words, position = [], 0
        while position < len(body):
            match = WORD.match(body, position)
            if not match:
                raise TemplateError(f"not understood: {body}")
            words.append(match.group(1))
            position = match.end()
        return words

    def _block(self, tokens):
        """The nodes up to the `else` or `end` that closes this block, and its words."""
        nodes = []
        for kind, content in tokens:
            if kind == "text":
                nodes.append(("text", content))
                continue
            match content[0]:
                case "end" | "else":
                    return nodes, content
                case "if":
                    nodes.append(("if", self._branches(content[1:], tokens)))
                case "range" | "define":
                    body, end = self._block(tokens)
                    if end != ["end"]:
                        raise TemplateError(f"`{content[0]}` needs `end`, not {end}")
                    name = content[1].strip('"') if content[0] == "define" else content[1:]
                    nodes.append((content[0], name, body))
                case _:
                    nodes.append(("value", content))
        return nodes, None

    def _branches(self, words, tokens):
        branches = []
        while True:
            body, end = self._block(tokens)
            branches.append((words, body))
            if end == ["end"]:
                return branches
            if end is None or words is None:
                raise TemplateError("`if` without its `end`")
            if end[1:2] not in ([], ["if"]):
                raise TemplateError(f"not understood: {' '.join(end)}")
            words = end[2:] or None

    def _run(self, nodes, dot, root):
        out = []
        for node in nodes:
            match node:
                case ("text", content):
                    out.append(content)
                case ("value", words):
                    out.append(text(self._value(words, dot, root)))
                case ("if", branches):
                    for words, body in branches:
                        if words is None or self._value(words, dot, root):
                            out.append(self._run(body, dot, root))
                            break
                case ("range", words, body):
                    out += [self._run(body, item, root) for item in self._value(words, dot, root) or []]
                case _:
                    raise TemplateError("`define` stands alone in a .tpl file")
        return "".join(out)

    def _value(self, words, dot, root):
        words = list(words)
        value = self._pipeline(words, dot, root)
        if words:
            raise TemplateError(f"not understood: {' '.join(words)}")
        return value

    def _pipeline(self, words, dot, root):
        piped = []
        while True:
            command = []
            while words and words[0] not in ("|", ")"):
                command.append(words.pop(0))
                if command[-1] == "(":
                    command[-1] = ("value", self._pipeline(words, dot, root))
                    if not words or words.pop(0) != ")":
                        raise TemplateError("a parenthesis is not closed")
            piped = [self._call(command, piped, dot, root)]
            if not words or words[0] == ")":
                return piped[0]
            words.pop(0)

    def _call(self, command, piped, dot, root):
        if not command:
            raise TemplateError("an empty command")
        name, *rest = command
        if isinstance(name, tuple) or name[0] in '.$"' or name in ("true", "false") or name.isdigit():
            if name == ".Files.Get" or name == "$.Files.Get":
                (file,) = [self._operand(word, dot, root) for word in rest]
                return (self.folder / file).read_text()
            if rest or piped:
                raise TemplateError(f"{name} is no function")
            return self._operand(name, dot, root)
        arguments = [self._operand(word, dot, root) for word in rest] + piped
        if name == "include":
            template, given = arguments
            if template not in self.named:
                raise TemplateError(f"no template {template!r}")
            return self._run(self.named[template], given, given)
        if name not in FUNCTIONS:
            raise TemplateError(f"unknown function {name}")
        return FUNCTIONS[name](*arguments)

    @staticmethod
    def _operand(word, dot, root):
        if isinstance(word, tuple):
            return word[1]
        if word[0] == '"':
            return yaml.safe_load(word)
        if word.isdigit():
            return int(word)
        if word in ("true", "false"):
            return word == "true"
        if word[0] not in ".$":
            raise TemplateError(f"not understood: {word}")
        value = root if word[0] == "$" else dot
        for name in [part for part in word.removeprefix("$").split(".") if part]:
            # Helm would go on with nothing here: a misspelt path must be found.
            if not isinstance(value, dict) or name not in value:
                raise TemplateError(f"{word} is not there")
            value = value[name]
        return value
