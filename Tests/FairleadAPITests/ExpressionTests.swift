import FairleadAPI
import KubernetesCore
import PropertyTesting
import Testing

/// Expressions in CEL over the values of a run.
@Suite struct ExpressionTests {
    private static let scope: Scope = {
        var scope = TemplateTests.scope
        scope.params["rate"] = 5
        scope.params["list"] = [1, 2, 3]
        scope.tasks["each"] = Scope.TaskOutcome(
            status: "Succeeded", results: ["auc": .array([0.5, .null, 1])],
            artifactLists: ["model": [ArtifactReference(uri: "s3://m/0"), nil, ArtifactReference(uri: "s3://m/2")]])
        scope.item = ["country": "de", "n": 2]
        scope.itemIndex = 7
        let declared = PipelineSpec(
            params: [ParamSpec(name: "rate", type: .number), ParamSpec(name: "rows", type: .integer)],
            tasks: [
                PipelineTask(name: "each", container: ContainerSpec()).with { task in
                    task.map = MapSpec(count: 3)
                    task.container.results = [ResultSpec(name: "auc", type: .number)]
                }
            ])
        scope.declared = ReferenceScope(declared)
        return scope
    }()

    private static let values: [(String, JSONValue)] = [
        ("$(params.rows + 1)", 5001),
        ("$(params.rows * 1.5)", 7500.0),
        ("$(params.rate / 2)", 2.5),
        ("$(params.rows / 3)", 1666),
        ("rows=$(params.rows + 1)!", "rows=5001!"),
        ("$(params.list.map(x, x * 2))", [2, 4, 6]),
        ("$(size(params.list) > 2 ? 'big' : 'small')", "big"),
        ("$(tasks['data-prep'].results.rows == 42)", true),
        ("$(tasks['data-prep'].artifacts.set + '/part')", "file:///x/set/part"),
        ("$(tasks['data-prep'].artifacts.set.size + 1)", 8),
        ("$(tasks.skipped.results.rows == null)", true),
        ("$(tasks.skipped.status)", "Skipped"),
        ("$(tasks.each.results.auc.filter(a, a != null))", [0.5, 1.0]),
        ("$(tasks.each.results.auc)", [0.5, .null, 1]),
        ("$(tasks.each.artifacts.model[0])", "s3://m/0"),
        ("$(tasks.each.artifacts.model.size())", 3),
        ("$(item.country.upperAscii())", "DE"),
        ("$(item.n * itemIndex)", 14),
        ("$('a)b' + \"(\")", "a)b("),
        ("$(params.cfg.layers[1] + 1)", 5),
        ("$({'a': params.rows}['a'])", 5000),
        ("$(duration('1d') == days(1))", true),
        ("$(run.name + '-x')", "churn-7x2-x"),
        ("$(params.evil + '$')", "$(PATH) $$$"),
    ]

    @Test(arguments: values.indices)
    func evaluates(_ index: Int) throws {
        let (text, expected) = Self.values[index]
        let value = try Template(parsing: text).evaluate(in: Self.scope)
        #expect(value == expected, "\(text) gave \(value)")
    }

    @Test(arguments: [
        ("$(params.nothing + 1)", "no such key: nothing"),
        ("$(params.rows + params.name)", "no such overload"),
        ("$(tasks.fit.results.auc + 1)", "task fit is not finished"),
        ("$(params.list[9] + 1)", "9"),
        ("$(trigger.date - days(1))", "trigger has no value here"),
        ("$(1 / 0 + params.rows)", "divi"),
    ])
    func failsToEvaluate(_ text: String, _ message: String) throws {
        let error = try #require(throws: ExpressionError.self) {
            try Template(parsing: text).evaluate(in: Self.scope)
        }
        #expect(error.message.contains(message), "\(error)")
    }

    @Test(arguments: [
        ("$(tasks.data-prep.results.rows + 1)", "write tasks['data-prep']"),
        ("$(date +%Y)", "\"$$(date +%Y)\" writes a literal"),
        ("$(parms.rows + 1)", "unknown name \"parms\"; did you mean \"params\"?"),
        ("$(params.rows + )", "at character"),
    ])
    func refuses(_ text: String, _ message: String) throws {
        let error = try #require(throws: ExpressionError.self) { try Template(parsing: text) }
        #expect("\(error)".contains(message), "\(error)")
    }

    @Test func conditions() throws {
        let condition = try ConditionExpression("tasks['data-prep'].results.rows > 40.5 && params.name == 'churn'")
        #expect(condition.references.map(\.description) == ["tasks.data-prep.results.rows", "params.name"])
        #expect(try condition.holds(in: Self.scope))
        #expect(try !ConditionExpression("params.rows < 3").holds(in: Self.scope))
        let skipped = Scope(tasks: ["prep": Scope.TaskOutcome(status: "Skipped")])
        let error = try #require(throws: ExpressionError.self) {
            try ConditionExpression("tasks.prep.results.rows > 3").holds(in: skipped)
        }
        #expect(error.message == "no such overload; null is the value of tasks.prep.results.rows")
        #expect(throws: ExpressionError.self) { try ConditionExpression("1 + 2") }
        #expect(throws: ExpressionError.self) { try ConditionExpression("params.rows").holds(in: Self.scope) }
        #expect(throws: ExpressionError.self) { try ConditionExpression("  ") }
        #expect(throws: ExpressionError.self) {
            try ConditionExpression(String(repeating: "1+", count: 4000) + "1 > 0")
        }
    }

    @Test func conditionsOverOtherVariables() throws {
        let text = "production == null || candidate.metrics.auc > production.metrics.auc + 0.005"
        let condition = try ConditionExpression(text, variables: ["production", "candidate"])
        let good: JSONValue = ["metrics": ["auc": 0.9]]
        let bad: JSONValue = ["metrics": ["auc": 0.7]]
        #expect(try condition.holds(with: ["production": .null, "candidate": good]))
        #expect(try condition.holds(with: ["production": bad, "candidate": good]))
        #expect(try !condition.holds(with: ["production": good, "candidate": bad]))
        #expect(throws: ExpressionError.self) { try ConditionExpression(text, variables: ["production"]) }
    }

    @Test func datesStayDates() throws {
        let scope = Scope(trigger: ["date": "2026-03-01", "time": "2026-03-01T03:00:00+01:00"])
        let table: [(String, JSONValue)] = [
            ("$(trigger.date)", "2026-03-01"), ("$(trigger.date - days(90))", "2025-12-01"),
            ("$(trigger.date - duration('1h'))", "2026-02-28T23:00:00Z"),
            ("$(trigger.time - duration('1d'))", "2026-02-28T02:00:00Z"),
            ("$(trigger.date.getFullYear())", 2026), ("from $(trigger.date - days(1))!", "from 2026-02-28!"),
        ]
        for (text, expected) in table {
            #expect(try Template(parsing: text).evaluate(in: scope) == expected, "\(text)")
        }
    }

    @Test func valuesAreReplacedEverywhere() throws {
        let value: JSONValue = ["a": ["$(params.rows)", "x$(params.rows)", 3], "$(params.rows)": "$$(x)"]
        let expected: JSONValue = ["a": [5000, "x5000", 3], "$(params.rows)": "$(x)"]
        #expect(try TemplateValue.evaluate(value, in: Self.scope) == expected)
        #expect(TemplateValue.references(in: value).map(\.description) == ["params.rows", "params.rows"])
    }

    /// Whatever stands between the parentheses is read or refused, and never traps.
    @Test func nothingTraps() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "params", ".", "rows", "[", "]", "(", ")", "'", "\"", "+", "-", " ", "1", "9223372036854775807", "tasks",
            "data-prep", "item", "? ", ": ", "{", "}", "==", "null", "size", "days", "\\", "é", "\u{0}", "r'", "$(",
            ",",
        ]
        for _ in 0..<4000 {
            let inner = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            guard let template = try? Template(parsing: "$(\(inner))") else { continue }
            _ = try? template.evaluate(in: Self.scope)
            _ = PipelineValidator.validate(
                PipelineSpec(tasks: [
                    PipelineTask(name: "a", container: ContainerSpec(image: "i", command: ["$(\(inner))"]))
                ]))
        }
    }
}

extension PipelineTask {
    fileprivate func with(_ change: (inout PipelineTask) -> Void) -> PipelineTask {
        var copy = self
        change(&copy)
        return copy
    }
}
