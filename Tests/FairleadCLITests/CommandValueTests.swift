import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadCLI

@Suite("What command lines mean")
struct CommandValueTests {
    private static let params = [
        ParamSpec(name: "rows", type: .integer, minimum: 1), ParamSpec(name: "share", type: .number),
        ParamSpec(name: "label", type: .string), ParamSpec(name: "fast", type: .boolean),
        ParamSpec(name: "countries", type: .array, default: [], items: .string),
        ParamSpec(name: "limits", type: .object, default: [:]),
    ]

    @Test(
        "-p is typed as the pipeline says",
        arguments: [
            ("rows=5", JSONValue.integer(5)), ("rows=5.0", .double(5)), ("share=1", .integer(1)),
            ("share=0.5", .double(0.5)),
            ("label=5", "5"), ("label=", ""), ("label=a=b", "a=b"), ("label=true", "true"), ("fast=true", true),
            ("countries=[\"NO\"]", .array(["NO"])), ("limits={\"a\": 1}", .object(["a": 1])),
        ])
    func paramValues(argument: String, value: JSONValue) throws {
        #expect(try ParamArgument(argument).value(Self.params) == value)
    }

    @Test(
        "-p that means nothing is told",
        arguments: [
            ("rows", "-p rows: write -p name=value"), ("=5", "-p =5: write -p name=value"),
            ("rows=many", "-p rows: must be an integer, not \"many\""),
            ("rows=", "-p rows: must be an integer, not \"\""),
            ("fast=yes", "-p fast: must be true or false, not \"yes\""),
            ("countries=nl", "-p countries: must be an array in JSON, such as '[\"a\", \"b\"]', not \"nl\""),
            ("rosw=5", "-p rosw: the pipeline has no such parameter; did you mean \"rows\"?"),
            (
                "zzz=5",
                "-p zzz: the pipeline has no such parameter; it has rows, share, label, fast, countries, limits"
            ),
        ])
    func paramMistakes(argument: String, message: String) {
        #expect(throws: CommandError(.invalidInput, message)) {
            try ParamArgument(argument).value(Self.params)
        }
    }

    @Test("parameters of the command line win over the manifest's, and all are judged together")
    func runParams() throws {
        var request = RunRequest(object: ["spec": ["pipeline": "p", "params": ["rows": 1, "label": "x"]]])
        let arguments = try ["rows=7", "share=1", "fast=false"].map { argument in try ParamArgument(argument) }
        try request.setParams(arguments, Self.params)
        let expected: JSONValue = ["rows": 7, "share": 1, "fast": false, "label": "x"]
        #expect(request.object[path: ["spec", "params"]] == expected)
        var incomplete = RunRequest(pipeline: "p")
        let error = #expect(throws: CommandError.self) { try incomplete.setParams([], Self.params) }
        #expect(error?.message.contains("params.rows: is required") == true)
        #expect(error?.message.hasSuffix("(give it with -p name=value)") == true)
    }

    private func plan(_ text: String, name: String? = nil, hasParams: Bool = false) throws -> RunPlan {
        try RunPlan(
            ManifestSet([ManifestSource(name: "f", text: text)]), name: name, hasParams: hasParams)
    }

    @Test("what a file's objects become: applied in order, namespaces first, runs made last")
    func plans() throws {
        func pipeline(_ name: String) -> String {
            """
            apiVersion: fairlead.dev/v1alpha1
            kind: Pipeline
            metadata: {name: \(name)}
            spec: {tasks: [{name: a, command: [a]}]}
            ---

            """
        }
        let run =
            "apiVersion: fairlead.dev/v1alpha1\nkind: PipelineRun\nmetadata: {name: r}\nspec: {pipeline: one}\n---\n"
        let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: lab}\n---\n"
        let whole = try plan(run + pipeline("one") + namespace)
        #expect(whole.applied.compactMap(\.label) == ["Namespace/lab", "Pipeline/one"])
        #expect(whole.runs.map(\.name) == ["r"])
        #expect(try plan(run, name: "other").runs.map(\.name) == ["other"])
        let alone = try plan(pipeline("one"))
        #expect(alone.runs.first?.object[path: ["metadata", "generateName"]] == "one-")
        #expect(alone.runs.first?.pipeline == "one")
        let several = #expect(throws: CommandError.self) { try plan(pipeline("one") + pipeline("two")) }
        #expect(several?.message.contains("one, two") == true)
        #expect(throws: CommandError.self) { try plan(namespace) }
        #expect(throws: CommandError.self) { try plan(run + run, name: "x") }
        #expect(throws: CommandError.self) { try plan(run + run, hasParams: true) }
    }

    @Test("which kubeconfig is read")
    func kubeconfigs() {
        let present: Set<String> = ["/a/.fairlead/kubeconfig"]
        func choose(_ option: String?, _ environment: [String: String], _ directory: String) -> String? {
            KubeconfigChoice.path(
                option: option, environment: environment, directory: directory, exists: present.contains)
        }
        #expect(choose("x", ["KUBECONFIG": "y"], "/a") == "x")
        #expect(choose(nil, ["KUBECONFIG": "y"], "/a") == nil)
        #expect(choose(nil, ["KUBECONFIG": ""], "/a/b/c") == "/a/.fairlead/kubeconfig")
        #expect(choose(nil, [:], "/a") == "/a/.fairlead/kubeconfig")
        #expect(choose(nil, [:], "/b") == nil)
        #expect(choose(nil, [:], "/") == nil)
    }

    @Test("what counts as a path and what as a name")
    func paths() {
        func isPath(_ text: String) -> Bool { ManifestSource.isPath(text) { $0 == "folder" } }
        #expect(["-", "a.yaml", "a.yml", "a.json", "./a", "folder", "dir/"].allSatisfy(isPath))
        #expect(!["flights", "a-b", "yaml"].contains(where: isPath))
    }

    @Test("the listening address is on loopback")
    func addresses() throws {
        #expect(try ListenAddress("127.0.0.1:6443") == ListenAddress(host: "127.0.0.1", port: 6443))
        #expect(try ListenAddress("localhost:0") == ListenAddress(host: "127.0.0.1", port: 0))
        #expect(try ListenAddress(":80").port == 80)
        for text in ["0.0.0.0:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "[::1]:80", "", ":-1", "a:b:c"] {
            #expect(throws: (any Error).self, "\(text)") { try ListenAddress(text) }
        }
    }

    @Test("the level of the log: option, then environment, then nothing")
    func levels() {
        let environment = ["FAIRLEAD_LOG_LEVEL": "DEBUG"]
        #expect(LoggingOptions.level(option: .error, environment: environment) == .error)
        #expect(LoggingOptions.level(option: nil, environment: environment) == .debug)
        #expect(LoggingOptions.level(option: nil, environment: ["FAIRLEAD_LOG_LEVEL": "loud"]) == nil)
    }
}
