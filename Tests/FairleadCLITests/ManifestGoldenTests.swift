import FairleadAPI
import KubernetesCore
import Testing

@testable import FairleadCLI

@Suite("Golden: mistakes in manifests")
struct ManifestGoldenTests {
    private static let head = "apiVersion: fairlead.dev/v1alpha1\nkind: "

    private static func pipeline(_ spec: String) -> String {
        "\(head)Pipeline\nmetadata: {name: p}\nspec:\n" + spec
    }

    private static let cases: [(name: String, text: String)] = [
        ("no object", "just words"),
        ("empty", "# nothing\n"),
        ("a list", "- a\n- b\n"),
        ("no YAML", "apiVersion: v1\nkind: {\n"),
        ("a tab", "apiVersion: v1\n\tkind: x\n"),
        ("unknown kind", "\(head)Pipline\nmetadata: {name: p}\nspec: {}\n"),
        ("no name", "\(head)Pipeline\nspec: {tasks: [{name: a, image: i, command: [a]}]}\n"),
        ("no name of another kind", "apiVersion: v1\nkind: ConfigMap\n"),
        (
            "a cycle",
            pipeline(
                "  tasks:\n    - {name: a, dependsOn: [b], image: i, command: [a]}\n    - {name: b, dependsOn: [a], image: i, command: [a]}\n"
            )
        ),
        (
            "unknown task",
            pipeline(
                "  tasks:\n    - {name: train, image: i, command: [a]}\n    - {name: b, dependsOn: [trian], image: i, command: [a]}\n"
            )
        ),
        (
            "same name twice",
            pipeline("  tasks:\n    - {name: a, image: i, command: [a]}\n    - {name: a, image: i, command: [a]}\n")
        ),
        ("misspelt field", pipeline("  tasks:\n    - name: a\n      image: i\n      comand: [a]\n")),
        (
            "wrong type",
            pipeline("  tasks:\n    - name: a\n      image: i\n      command: [a]\n      retry:\n        max: many\n")
        ),
        ("a key twice", "\(head)Pipeline\nkind: Pipeline\n"),
        (
            "Norway",
            pipeline(
                "  params: [{name: c, type: array, items: string, default: [se, NO]}]\n  tasks: [{name: a, image: i, command: [a]}]\n"
            )
        ),
        (
            "several documents",
            pipeline("  tasks: []\n") + "---\n# empty\n---\n" + "oops: [\n"
                + "---\n\(head)PipelineRun\nmetadata: {name: r}\n"
        ),
        (
            "run without its parameter",
            pipeline("  params: [{name: rows, type: integer}]\n  tasks: [{name: a, image: i, command: [a]}]\n")
                + "---\n\(head)PipelineRun\nmetadata: {name: r}\nspec:\n  pipeline: p\n  params:\n    rosw: 3\n"
        ),
        (
            "run with a wrong value",
            pipeline("  params: [{name: rows, type: integer}]\n  tasks: [{name: a, image: i, command: [a]}]\n")
                + "---\n\(head)PipelineRun\nmetadata: {name: r}\nspec:\n  pipeline: p\n  params:\n    rows: lots\n"
        ),
        ("a List", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret}\n"),
    ]

    @Test("each mistake is told with file, document, line, object and field")
    func mistakesGolden() throws {
        var text = ""
        for (name, manifest) in Self.cases {
            let set = ManifestSet([ManifestSource(name: "file.yaml", text: manifest)])
            #expect(!set.problems.isEmpty, "\(name) was not noticed")
            text += "# \(name)\n" + set.problems.map { "\($0)\n" }.joined()
        }
        try Golden.expect(text, "mistakes.txt")
    }

    @Test("a document of 300 KB, and one nested deeper than any object, are told, not died of")
    func extremes() {
        let long = Self.pipeline("  tasks:\n    - {name: a, script: \"\(String(repeating: "x", count: 1_200_000))\"}\n")
        #expect(!ManifestSet([ManifestSource(name: "f", text: long)]).problems.isEmpty)
        let deep = Self.head + "Pipeline\nspec: " + String(repeating: "[", count: 2000)
        #expect(!ManifestSet([ManifestSource(name: "f", text: deep)]).problems.isEmpty)
    }

    @Test("line ends of Windows, a byte order mark and `---` with a comment divide documents alike")
    func chunks() {
        let text = "\u{FEFF}a: 1\r\n--- # next\r\nb: 2\r\n---\r\n"
        let chunks = ManifestSet.chunks(text)
        #expect(chunks.map(\.firstLine) == [1, 2, 4])
        #expect(chunks.map(\.text) == ["a: 1", "--- # next\nb: 2", "---\n"])
    }
}
