import Foundation
import PropertyTesting
import Synchronization
import Testing

@testable import CEL

/// Nothing that somebody writes may stop the process or keep it busy.
///
/// One after the other: what only computes would keep the tests of other targets from their threads.
@Suite(.serialized)
struct LimitTests {
    private static let declarations = Declarations(
        variables: ["l": .list(.int), "s": .string, "d": .dyn], libraries: Library.all)

    @Test func costLimit() throws {
        let program = try Program("l.all(a, l.all(b, a + b >= 0))", declarations: Self.declarations)
        let long: [String: Value] = ["l": .list((0..<1000).map { .int($0) })]
        let evaluation = program.run(long, costLimit: 1000)
        #expect(throws: CELError.self) { try evaluation.result.get() }
        #expect((1001...1100).contains(evaluation.cost))
        if case .failure(let error) = evaluation.result { #expect(error.code == .costExceeded) }
        #expect(try program.evaluate(["l": .list([.int(1)])], costLimit: 1000) == .bool(true))
    }

    /// A cost error is none that `||` passes over.
    @Test func costErrorsAreFinal() throws {
        let program = try Program("l.all(a, a >= 0) || true", declarations: Self.declarations)
        let evaluation = program.run(["l": .list((0..<1000).map { .int($0) })], costLimit: 100)
        #expect(throws: CELError.self) { try evaluation.result.get() }
    }

    /// Values that share their parts are small in memory, but not to walk through.
    @Test(arguments: [
        "a0 == b0", "a0 in [b0]", "'%s'.format([a0]) == ''", "sets.contains([a0], [b0])", "[a0].indexOf(b0) == 0",
    ])
    func sharedParts(end: String) throws {
        var text = end
        for index in 0..<14 {
            let part = { (name: String) in
                "[\(Array(repeating: "\(name)\(index + 1)", count: 9).joined(separator: ", "))]"
            }
            text = "cel.bind(a\(index), \(part("a")), cel.bind(b\(index), \(part("b")), \(text)))"
        }
        text = "cel.bind(a14, [1], cel.bind(b14, [1], \(text)))"
        let evaluation = try Program(text, declarations: Self.declarations).run([:])
        #expect(throws: CELError.self) { try evaluation.result.get() }
    }

    @Test(arguments: [
        "lists.range(100000000).size() > 0", "s.replace('', s).size() > 0",
        "cel.bind(a, l + l + l + l, cel.bind(b, a + a + a + a, cel.bind(c, b + b + b + b, c + c + c + c))).size() > 0",
    ])
    func sizes(text: String) throws {
        let variables: [String: Value] = [
            "s": .string(String(repeating: "x", count: 50_000)), "l": .list(Array(repeating: .int(1), count: 10_000)),
        ]
        let evaluation = try Program(text, declarations: Self.declarations).run(variables)
        #expect(throws: CELError.self) { try evaluation.result.get() }
    }

    private static let deep: [String] = {
        func nested(_ open: String, _ middle: String, _ close: String, _ count: Int) -> String {
            String(repeating: open, count: count) + middle + String(repeating: close, count: count)
        }
        return [100, 250, 10_000].flatMap { count in
            [
                nested("(", "1", ")", count), nested("[", "", "]", count), nested("{1: ", "1", "}", count),
                nested("!(", "true", ")", count), nested("-(", "1", ")", count), nested("f(", "1", ")", count),
                nested("true ? 1 : ", "1", "", count), nested("d[", "0", "]", count), nested("d", "", ".a", count),
                nested("1", "", " + 1", count), nested("true", "", " && true", count),
                nested("d", "", ".optMap(x, x)", count), nested("[1].map(x, ", "1", ")", count),
                nested("d", "", ".map(x, x)", count), nested("cel.bind(x, ", "1", ", x)", count),
                nested("!", "d", "", count),
            ]
        }
    }()

    /// Also on a thread with a small stack, as some platforms give it.
    @Test(arguments: deep)
    func nesting(text: String) async {
        await withCheckedContinuation { continuation in
            let thread = Thread {
                if let program = try? Program(text, declarations: Self.declarations) {
                    _ = program.run(["d": .map(MapValue()), "l": .list([])])
                    _ = program.estimatedCost()
                }
                continuation.resume()
            }
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    @Test func length() {
        let text = "'" + String(repeating: "x", count: 100_000) + "'"
        #expect(throws: CELError.self) { try Program(text, declarations: Self.declarations) }
    }

    /// Random words and signs: never a trap, and the same expression always gives the same outcome.
    @Test(arguments: 0..<4)
    func soup(round: UInt64) throws {
        var random = SeededGenerator(seed: 0xCE1 + round)
        let words = [
            "1", "2u", "1.5", "'a'", "b'\\xff'", "r'\\'", "true", "null", "x", "s", "l", "d", "(", ")", "[", "]", "{",
            "}", ".",
            ",", ":", "?", "+", "-", "*", "/", "%", "!", "&&", "||", "==", "!=", "<", ">=", "in", "has", "all",
            "map", "filter", "exists_one", "size", "matches", "duration", "timestamp", "optional.of", ".?a", "[?", "a",
            "cel.bind", "math.greatest", "format", "'%d'", "9223372036854775807", "-9223372036854775808", "int",
            "string", "sort", "flatten", "split", "join", "replace", "find", "'('", "url", "quantity", "'1Gi'", "\n",
            "é",
            "`", "'", "\"", "//", "transformMap", "optMap", "type", "dyn", "getHours", "substring",
        ]
        let variables: [String: Value] = [
            "l": .list([.int(1), .int(0)]), "s": .string("a1"), "d": .map(MapValue(["a": .list([.null])])),
        ]
        for _ in 0..<1500 {
            let count = Int.random(in: 1...14, using: &random)
            let text = (0..<count).compactMap { _ in words.randomElement(using: &random) }
                .joined(separator: random.chance(0.5) ? " " : "")
            guard let program = try? Program(text, declarations: Self.declarations, isChecked: random.chance(0.5))
            else {
                continue
            }
            let first = program.run(variables, costLimit: 10_000)
            let second = program.run(variables, costLimit: 10_000)
            #expect(first.cost == second.cost, "seed \(random.seed): \(text)")
            if case .success(let left) = first.result, case .success(let right) = second.result {
                #expect(left == right || "\(left)" == "\(right)", "seed \(random.seed): \(text)")
            }
            _ = program.estimatedCost()
        }
    }
}
