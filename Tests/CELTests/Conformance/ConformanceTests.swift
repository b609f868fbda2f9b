import Testing

@testable import CEL

/// The language's own conformance cases.
@Suite(.enabled(if: ConformanceCase.folder != nil, "the conformance cases are not beside the package"))
struct ConformanceTests {
    @Test(arguments: ConformanceCase.files)
    func holds(file: String) throws {
        let cases = try ConformanceCase.cases(in: file).filter { !$0.needsProtobuf && !$0.isMistaken }
        let failures = cases.compactMap { test in outcome(test).map { "\(test): \(test.expression)\n    \($0)" } }
        #expect(failures.isEmpty, "\(failures.count) of \(cases.count):\n\(failures.joined(separator: "\n"))")
    }

    /// So that a folder that is there but empty doesn't pass for fine.
    @Test func areMany() throws {
        let cases = try ConformanceCase.files.flatMap { try ConformanceCase.cases(in: $0) }
        #expect(cases.count >= 1700)
        #expect(cases.filter { !$0.needsProtobuf }.count >= 1200)
    }

    /// What is wrong with a case; nil where it holds.
    private func outcome(_ test: ConformanceCase) -> String? {
        let program: Program
        do throws(CELError) {
            program = try Program(
                test.expression, declarations: declarations(test), isChecked: !test.isUnchecked)
        } catch {
            return test.expectsError ? nil : error.description
        }
        if let wanted = test.deducedType {
            guard let type = PrototextNode(wanted).type else { return "unknown type \(wanted)" }
            if type != program.resultType { return "deduced \(program.resultType) instead of \(type)" }
        }
        if test.isCheckOnly { return nil }
        do throws(CELError) {
            let value = try program.evaluate(test.bindings)
            if test.expectsError { return "\(value) instead of an error" }
            guard let expected = test.expected else { return "no expectation" }
            return isSame(value, expected) ? nil : "\(value) instead of \(expected)"
        } catch {
            return test.expectsError ? nil : error.description
        }
    }

    /// Equal by the language's rules and of one type; NaN is itself here.
    private func isSame(_ value: Value, _ expected: Value) -> Bool {
        switch (value, expected) {
        case (.double(let left), .double(let right)): left == right || left.isNaN && right.isNaN
        case (.list(let left), .list(let right)):
            left.count == right.count && zip(left, right).allSatisfy { isSame($0, $1) }
        default: value == expected
        }
    }

    private func declarations(_ test: ConformanceCase) -> Declarations {
        var declarations = Declarations(libraries: Library.all)
        declarations.container = test.container
        if test.isUnchecked { for name in test.bindings.keys { declarations.variables[name] = .dyn } }
        for text in test.declarations {
            let node = PrototextNode(text)
            guard let name = node["name"]?.scalar else { continue }
            if let type = node["ident"]?["type"]?.type { declarations.variables[name] = type }
            if let function = node["function"] {
                let overloads = function.all("overloads").map { overload in
                    Overload(
                        id: overload["overload_id"]?.scalar ?? "",
                        parameters: overload.all("params").compactMap(\.type),
                        result: overload["result_type"]?.type ?? .dyn)
                }
                declarations.declare(FunctionDeclaration(name, overloads))
            }
        }
        return declarations
    }
}
