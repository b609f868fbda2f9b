import CEL
import Testing

/// What callers get of a program beside its value.
struct ProgramTests {
    @Test func references() throws {
        let declarations = Declarations(variables: ["tasks": .dyn, "params": .map(.string, .dyn), "x": .int])
        func paths(_ text: String) throws -> [String] {
            try Program(text, declarations: declarations).references.map { $0.path.joined(separator: "/") }
        }
        #expect(
            try paths("tasks.ingest.results.rows > 1 && tasks.ingest.results.rows < 9") == ["tasks/ingest/results/rows"]
        )
        #expect(
            try paths("tasks['data-prep'].results.rows == params.limit") == [
                "tasks/data-prep/results/rows", "params/limit",
            ])
        #expect(try paths("has(tasks.a.b) && tasks.?c.?d.orValue(1) == 1") == ["tasks/a/b", "tasks/c/d"])
        #expect(try paths("params.list.all(e, e.name == tasks[e.task].x)") == ["params/list", "tasks"])
        #expect(try paths("tasks[string(x)] == 1") == ["tasks", "x"])
        #expect(try paths("[1].all(x, x > 0)") == [])
        let program = try Program("1 <\n  tasks.a", declarations: declarations)
        #expect(program.references.first?.position == SourcePosition(line: 2, column: 3))
    }

    @Test func options() throws {
        let declarations = Declarations(
            variables: ["loss": .double, "steps": .int], constants: ["limit": .int(3)], libraries: Library.all,
            options: [.mixedNumbers, .days])
        func value(_ text: String) throws -> Value {
            try Program(text, declarations: declarations).evaluate(["loss": .double(0.5), "steps": .int(10)])
        }
        #expect(try value("loss * steps == 5 && steps / 4 == 2 && 1 + loss < 2 && loss < limit") == .bool(true))
        #expect(try value("duration('7d') == days(7) && days(1.5) == duration('36h')") == .bool(true))
        #expect(try value("(steps > 1 ? 1 : 0.5) == 1 && 10.0 in [steps] && limit == 3.0") == .bool(true))
        #expect(throws: CELError.self) { try Program("days(1)", declarations: Declarations()) }
        #expect(throws: CELError.self) { try Program("1 + 1.0 > 1.0", declarations: Declarations()) }
    }

    @Test func types() throws {
        let declarations = Declarations(variables: ["m": .map(.string, .list(.int))])
        func type(_ text: String) throws -> String {
            try Program(text, declarations: declarations).resultType.description
        }
        #expect(try type("m.a") == "list(int)")
        #expect(try type("m.map(k, m[k].size())") == "list(int)")
        #expect(try type("{'a': [1.5]}") == "map(string, list(double))")
        #expect(try type("m.?a[0]") == "optional_type(int)")
        #expect(try type("[]") == "list(dyn)")
    }

    /// `&&` and `||` in quantifiers go on after an error that another element makes good.
    @Test func errorsInFolds() throws {
        func value(_ text: String) throws -> Value { try Program(text, declarations: Declarations()).evaluate([:]) }
        #expect(try value("[0, 1, 2].exists(x, 2 / x == 2)") == .bool(true))
        #expect(try value("[1, 0].all(x, 2 / x == 1)") == .bool(false))
        #expect(throws: CELError.self) { try value("[0, 1].all(x, 2 / x == 2)") }
        #expect(throws: CELError.self) { try value("[0, 1].map(x, 2 / x) == []") }
    }
}
