import FairleadAPI
import KubernetesCore
import PropertyTesting
import Testing

@Suite struct TemplateTests {
    static let scope = Scope(
        params: [
            "rows": 5000, "name": "churn", "cfg": ["lr": 0.1, "layers": [3, 4]], "none": .null, "evil": "$(PATH) $$",
        ],
        tasks: [
            "data-prep": Scope.TaskOutcome(
                status: "Succeeded", results: ["rows": 42],
                artifacts: ["set": ArtifactReference(uri: "file:///x/set", digest: "sha256:00", size: 7)]),
            "skipped": Scope.TaskOutcome(status: "Skipped"),
        ],
        run: ["name": "churn-7x2", "uid": "u-1", "namespace": "ml"])

    @Test(arguments: [
        ("$(params.rows)", 5000 as JSONValue),
        ("$( params.rows )", 5000),
        ("rows=$(params.rows)", "rows=5000"),
        ("$(params.cfg)", ["lr": 0.1, "layers": [3, 4]] as JSONValue),
        ("x$(params.cfg)", #"x{"layers":[3,4],"lr":0.1}"#),
        ("$(params.cfg.layers[1])", 4),
        ("$(params['cfg'].lr)", 0.1),
        ("$(params.none)", .null),
        ("[$(params.none)]", "[]"),
        ("$(tasks.data-prep.results.rows)", 42),
        ("$(tasks['data-prep'].results.rows)", 42),
        ("$(tasks.data-prep.artifacts.set)", "file:///x/set"),
        ("$(tasks.data-prep.artifacts.set.size)", 7),
        ("$(tasks.data-prep.status)", "Succeeded"),
        ("$(tasks.skipped.results.any)", .null),
        ("$(run.namespace)/$(run.name)", "ml/churn-7x2"),
        ("$$(params.rows)", "$(params.rows)"),
        ("$$$(params.rows)", "$$(params.rows)"),
        ("$", "$"), ("$$", "$$"), ("a$b", "a$b"), ("", ""), ("$HOME ${X}", "$HOME ${X}"),
        ("$(params.evil)!", "$(PATH) $$!"),
    ])
    func evaluates(_ text: String, _ expected: JSONValue) throws {
        #expect(try Template(parsing: text).evaluate(in: Self.scope) == expected)
    }

    @Test(arguments: [
        ("$(", "without its \")\"", 0), ("ab $(params.rows", "without its", 3), ("$()", "no expression", 0),
        ("x $(param.rows)", "unknown scope \"param\"; did you mean \"params\"?", 4),
        ("$(HOME)", "\"$$(HOME)\" writes a literal", 2),
        ("$(f(params.rows))", "unknown name \"f\"", 3), ("$(params.)", "", 9),
    ])
    func refuses(_ text: String, _ message: String, _ position: Int) throws {
        let error = try #require(throws: ExpressionError.self) { try Template(parsing: text) }
        #expect(error.message.contains(message), "\(error)")
        #expect(error.position == position)
    }

    @Test(arguments: [
        ("$(params.row)", "params has no member \"row\"; did you mean \"rows\"?"),
        ("$(params.cfg.layers[7])", "no element at that index"),
        ("$(tasks.fit.results.auc)", "task fit is not finished"),
        ("$(tasks.data-prep.results.auc)", "task data-prep wrote no result auc"),
        ("$(item.x)", "item stands only in a mapped task"),
        ("$(trigger.date)", "trigger has no value here"),
    ])
    func evaluationFails(_ text: String, _ message: String) throws {
        let error = try #require(throws: ExpressionError.self) {
            try Template(parsing: text).evaluate(in: Self.scope)
        }
        #expect(error.message.contains(message), "\(error)")
    }

    @Test(arguments: [
        ("echo $HOME $(params.rows)", "echo $HOME 5000"),
        ("$(params.evil)", "$$(PATH) $$$$"),
        ("$$(X)", "$$(X)"), ("a$$", "a$$$$"), ("$", "$"),
    ])
    func kubeletText(_ text: String, _ expected: String) throws {
        #expect(try Template(parsing: text).kubeletText(in: Self.scope) == expected)
    }

    /// Whatever is inserted, the kubelet's expansion gives what the template gives.
    @Test func kubeletExpansionChangesNothing() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let pieces = ["$", "$$", "(", ")", "A", "$(A)", "$$(A)", "$(params.v)", " ", "é"]
        for _ in 0..<5000 {
            let value = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            let text = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            guard let template = try? Template(parsing: text) else { continue }
            let scope = Scope(params: ["v": .string(value)])
            let plain = try template.text(in: scope)
            let expanded = Self.expand(try template.kubeletText(in: scope), ["A": "EXPANDED"])
            #expect(expanded == plain, "seed \(seed): \(text) with \(value)")
        }
    }

    /// Kubernetes' expansion of `$(NAME)`, after its documentation for `command` and `args`.
    static func expand(_ text: String, _ variables: [String: String]) -> String {
        let characters = Array(text.unicodeScalars)
        var output = String.UnicodeScalarView()
        var index = 0
        while index < characters.count {
            guard characters[index] == "$", index + 1 < characters.count else {
                output.append(characters[index])
                index += 1
                continue
            }
            switch characters[index + 1] {
            case "$":
                output.append("$")
                index += 2
            case "(":
                guard let end = characters[(index + 2)...].firstIndex(of: ")") else {
                    output.append(contentsOf: "$(".unicodeScalars)
                    index += 2
                    continue
                }
                let name = String(String.UnicodeScalarView(characters[(index + 2)..<end]))
                output.append(contentsOf: (variables[name] ?? "$(\(name))").unicodeScalars)
                index = end + 1
            default:
                output.append(contentsOf: ["$", characters[index + 1]])
                index += 2
            }
        }
        return String(output)
    }

    @Test func containersAreEvaluatedFieldByField() throws {
        let container = try KubernetesJSON.decode(
            ContainerSpec.self,
            from: try yaml(
                """
                image: reg/$(params.name):1
                command: [sh, -ec, 'echo $(date) $(HOME) > /tmp/x']
                args: ["$(params.evil)", "$(params.rows)"]
                env: {A: "$(params.evil)", B: 3, C: {secret: s, key: k}}
                resources: {cpu: 0.5, memory: "$(params.rows)Mi"}
                inputs: {a: tasks.data-prep.artifacts.set, b: {uri: "s3://x/$(run.name)"}}
                """))
        let result = try container.evaluated(in: Self.scope)
        #expect(result.image == "reg/churn:1")
        #expect(result.command == ["sh", "-ec", "echo $$(date) $$(HOME) > /tmp/x"])
        #expect(result.args == ["$$(PATH) $$$$", "5000"])
        #expect(result.env["A"]?.text == "$$(PATH) $$$$")
        #expect(result.env["B"]?.text == "3")
        #expect(result.env["C"] == .secret(name: "s", key: "k"))
        #expect(result.resources?.cpu?.text == "0.5")
        #expect(result.resources?.memory?.text == "5000Mi")
        #expect(result.inputs["b"]?.uri == "s3://x/churn-7x2")
        #expect(container.references.map(\.description).contains("tasks.data-prep.artifacts.set"))
        let wrong = ContainerSpec(image: "$(params.x)", command: ["$(run.y)"])
        let error = try #require(throws: InvalidSpec.self) {
            try wrong.evaluated(in: Self.scope, at: FieldPath("spec")["tasks"][0])
        }
        #expect(error.fields.map(\.path) == ["spec.tasks[0].image", "spec.tasks[0].command[0]"])
    }
}
