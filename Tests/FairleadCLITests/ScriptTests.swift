import FairleadAPI
import KubernetesCore
import Testing

@testable import FairleadCLI

@Suite("Scripts with PEP 723's comment block")
struct ScriptTests {
    private static let script = """
        #!/usr/bin/env python3
        # /// script
        # requires-python = ">=3.11"
        # dependencies = [
        #   "scikit-learn==1.5.2",
        # ]
        #
        # [tool.fairlead]
        # resources = {cpu = 2, memory = "4Gi"}
        # params = [{name = "rows", type = "integer", default = 5}]
        # results = [{name = "auc", type = "number"}]
        # ///
        import sklearn
        """

    @Test("version, packages and the task's fields are taken from the block")
    func block() throws {
        let script = try ScriptPipeline(file: "jobs/Train_GBM.py", text: Self.script)
        #expect(script.task == "train-gbm")
        let expected: JSONValue = [
            "params": [["name": "rows", "type": "integer", "default": 5]],
            "tasks": [
                [
                    "name": "train-gbm", "image": "python:3.12-slim", "python": .string(Self.script),
                    "packages": ["scikit-learn==1.5.2"], "resources": ["cpu": 2, "memory": "4Gi"],
                    "results": [["name": "auc", "type": "number"]],
                ]
            ],
            "results": [["name": "auc", "value": "tasks.train-gbm.results.auc"]],
        ]
        #expect(script.spec == expected)
        #expect(script.problems(file: "train.py").isEmpty)
    }

    @Test("a script without a block runs as it is, one that travels is started as a file")
    func plain() throws {
        let script = try ScriptPipeline(file: "7.py", text: "print(1)", command: ["python", "-u", "7.py"])
        #expect(script.task == "script-7")
        let task: JSONValue = ["name": "script-7", "image": "python:3.12-slim", "command": ["python", "-u", "7.py"]]
        #expect(script.spec == ["tasks": [task]])
        #expect(script.problems(file: "7.py").isEmpty)
        #expect(try ScriptPipeline(file: "日本.py", text: "").task == "script")
    }

    @Test("packages of the block stand beside an index of the tool's table")
    func packages() throws {
        let text = """
            # /// script
            # dependencies = ["rich"]
            # [tool.fairlead.packages]
            # index = "https://packages.example.com/simple"
            # ///
            """
        let script = try ScriptPipeline(file: "a.py", text: text)
        let packages: JSONValue = ["index": "https://packages.example.com/simple", "list": ["rich"]]
        #expect(script.spec["tasks"]?[0]?["packages"] == packages)
    }

    @Test(
        "what counts as a block",
        arguments: [
            ("# /// script\n# dependencies = [\"a\"]\n# ///\n", ["a"]),
            ("# /// script\r\n# dependencies = [\"a\"]\r\n# ///\r\n", ["a"]),
            ("# /// other\n# dependencies = [\"a\"]\n# ///\n", []),
            ("# /// script\n# dependencies = [\"a\"]\n", []),
            ("# /// script\n# dependencies = [\"a\"]\n\n# ///\n", []),
            ("  # /// script\n# dependencies = [\"a\"]\n# ///\n", []),
            ("#/// script\n# dependencies = [\"a\"]\n# ///\n", []),
            ("# /// script\n#\n# # ///\n# dependencies = [\"a\"]\n# ///\n# more\n", ["a"]),
        ])
    func blocks(text: String, dependencies: [String]) throws {
        #expect(try ScriptMetadata(script: text, file: "a.py").dependencies == dependencies)
    }

    @Test(
        "mistakes name the file, and the line where there is one",
        arguments: [
            ("# /// script\n# dependencies = [\n# ///\n", "a.py: line 2: "),
            ("x\n\n# /// script\n# a = 1\n# b = c\n# ///\n", "a.py: line 5: "),
            ("# /// script\n# dependencies = \"a\"\n# ///\n", "a.py: line 1: dependencies must be a list of texts"),
            ("# /// script\n# dependencies = [1]\n# ///\n", "a.py: line 1: dependencies must be a list of texts"),
            ("# /// script\n# requires-python = 3.11\n# ///\n", "a.py: line 1: requires-python must be text"),
            ("# /// script\n# tool.fairlead = 1\n# ///\n", "a.py: line 1: tool.fairlead must be a table"),
            ("# /// script\n# ///\n\n# /// script\n# ///\n", "a.py: line 4: a script has one block"),
            ("# /// script\n# tool.fairlead.command = [\"a\"]\n# ///\n", "a.py: tool.fairlead.command: "),
            ("# /// script\n# requires-python = \"<3\"\n# ///\n", "a.py: requires-python: none of 3.9 to 3.14 is <3"),
            ("# /// script\n# requires-python = \"new\"\n# ///\n", "a.py: requires-python: \"new\" is no condition"),
        ])
    func mistakes(text: String, message: String) {
        let error = #expect(throws: CommandError.self) { try ScriptPipeline(file: "a.py", text: text) }
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    }

    @Test("an unknown field of the tool's table is told by its place there")
    func unknownField() throws {
        let text =
            "# /// script\n# [tool.fairlead]\n# resorces = {cpu = 2}\n# params = [{name = \"y\", kind = 1}]\n# ///\n"
        let problems = try ScriptPipeline(file: "a.py", text: text).problems(file: "a.py")
        #expect(problems.contains { $0.hasPrefix("a.py: tool.fairlead.resorces: ") && $0.contains("resources") })
        #expect(problems.contains { $0.hasPrefix("a.py: tool.fairlead.params[0].kind: ") })
    }

    @Test(
        "the image of a version",
        arguments: [
            (nil, "python:3.12-slim"), (">=3.8", "python:3.12-slim"), (">=3.13", "python:3.13-slim"),
            ("<3.12", "python:3.11-slim"), (">=3.9,<3.11", "python:3.10-slim"), ("==3.10.*", "python:3.10-slim"),
            ("==3.11", "python:3.11-slim"), ("==3.11.7", "python:3.11.7-slim"), ("~=3.11", "python:3.12-slim"),
            ("~=3.10.2", "python:3.10-slim"), (">3.12", "python:3.12-slim"), (">=3.12.4", "python:3.12-slim"),
            ("!=3.12.*", "python:3.13-slim"), ("<=3.11", "python:3.11-slim"),
            (" >= 3.13 , != 3.13.* ", "python:3.14-slim"),
            (">=3.13rc1", "python:3.13-slim"),
        ])
    func images(requires: String?, image: String) throws {
        #expect(try PythonImage.name(requires: requires) == image)
    }
}
