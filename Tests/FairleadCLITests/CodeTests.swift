import Foundation
import KubernetesCore
import Testing

@testable import FairleadCLI

@Suite("Code that travels")
struct CodeTests {
    private func folder<Value>(_ files: [String: String], _ body: (String) throws -> Value) throws -> Value {
        let root = FileManager.default.temporaryDirectory.appending(path: "fairlead-code-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, text) in files {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return try body(root.path)
    }

    private func paths(_ path: String) throws -> [String] { try CodeFolder(path: path).files().map(\.path) }

    @Test("outside a repository all files travel but hidden ones and Python's caches")
    func plainFolder() throws {
        let files = ["b.py": "b", "pkg/a.py": "a", ".env": "secret", "pkg/__pycache__/a.pyc": "x", ".venv/c.py": "c"]
        #expect(try folder(files, paths) == ["b.py", "pkg/a.py"])
        #expect(throws: CommandError.self) { try folder([".env": "x"], paths) }
        #expect(throws: CommandError.self) { try paths("/no/such/folder") }
    }

    @Test("in a repository git decides, also about what it does not know yet")
    func repository() throws {
        let files = [
            ".gitignore": "data/\n*.log\n", "train.py": "x", "data/big.csv": "x", "a.log": "x", ".hidden": "x",
        ]
        let found = try folder(files) { path in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["git", "init", "--quiet", path]
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
            return try paths(path)
        }
        #expect(found == [".gitignore", ".hidden", "train.py"])
    }

    @Test("too much is told with its size and a way out")
    func tooMuch() throws {
        let large = ["a.bin": String(repeating: "x", count: CodeBundle.largest + 1), "b.py": ""]
        let error = #expect(throws: CommandError.self) { try folder(large, paths) }
        #expect(error?.message.contains("2 files with \(CodeBundle.largest + 1) bytes") == true)
        #expect(error?.message.contains(".gitignore") == true)
        let many = (0...CodeBundle.most).map { ("f\($0).py", "") }
        #expect(throws: CommandError.self) { try folder(Dictionary(uniqueKeysWithValues: many), paths) }
    }

    @Test("a ConfigMap with a key a file, and a mount for each entry at the top")
    func bundle() throws {
        let bundle = CodeBundle(files: [
            CodeFile(path: "a.bin", bytes: [0xFF, 0x00], isExecutable: false),
            CodeFile(path: "pkg/x.py", bytes: Array("x = 1".utf8), isExecutable: false),
            CodeFile(path: "pkg/y.sh", bytes: [], isExecutable: true),
        ])
        let map = bundle.configMap(prefix: "train")
        #expect(map[path: ["metadata", "generateName"]] == "train-code-")
        #expect(map["data"] == ["file-1": "x = 1", "file-2": ""])
        #expect(map["binaryData"] == ["file-0": "/wA="])
        let pod = bundle.override(configMap: "train-code-x")[path: ["pod", "spec"]]
        let items: JSONValue = [
            ["key": "file-0", "path": "a.bin", "mode": 0o444], ["key": "file-1", "path": "pkg/x.py", "mode": 0o444],
            ["key": "file-2", "path": "pkg/y.sh", "mode": 0o555],
        ]
        let source: JSONValue = ["name": "train-code-x", "items": items]
        #expect(pod?["volumes"] == [["name": "fairlead-code", "configMap": source]])
        let mounts = pod?["containers"]?[0]?["volumeMounts"]?.arrayValue ?? []
        #expect(mounts.map { $0["mountPath"]?.stringValue } == ["/fairlead/work/a.bin", "/fairlead/work/pkg"])
        #expect(mounts.map { $0["subPath"]?.stringValue } == ["a.bin", "pkg"])
    }

    @Test("a run's own pipeline takes the code, and with it a file of packages")
    func addCode() throws {
        let bundle = CodeBundle(files: [CodeFile(path: "r.txt", bytes: [], isExecutable: false)])
        let spec: JSONValue = [
            "defaults": ["overrides": [["pod": [:]]]],
            "tasks": [["name": "a"], ["name": "b", "packages": ["file": "r.txt"]]],
        ]
        var run = RunRequest(prefix: "x", pipelineSpec: spec)
        run.addCode(bundle, configMap: "c")
        let pipeline = run.object[path: ["spec", "pipelineSpec"]]
        #expect(pipeline?[path: ["defaults", "overrides"]] == [["pod": [:]], bundle.override(configMap: "c")])
        #expect(pipeline?["tasks"]?[0]?["overrides"] == nil)
        #expect(pipeline?["tasks"]?[1]?["overrides"] == [CodeBundle.packagesOverride])
    }
}
