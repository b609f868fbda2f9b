import CEL
import Testing

/// What is told about wrong expressions, and where.
struct ErrorTests {
    private static let declarations = Declarations(
        variables: [
            "self": .object(ObjectType("selfType", fields: ["a": .string, "n": .int, "l": .list(.string)])),
            "x": .int, "d": .dyn,
        ], libraries: Library.kubernetes(minor: 36), options: .homogeneousLiterals)

    @Test(arguments: [
        ("self.x == 1", "1:5: undefined field 'x'"),
        ("self.a + 1 == 2", "1:8: found no matching overload for '_+_' applied to '(string, int)'"),
        (
            "self.a.all(x, x == 'b')",
            "1:5: expression of type 'string' cannot be range of a comprehension (must be list, map, or dynamic)"
        ),
        ("y", "1:1: undeclared reference to 'y' (in container '')"),
        ("f(1)", "1:2: undeclared reference to 'f' (in container '')"),
        ("x.startsWith('a')", "1:13: found no matching overload for 'startsWith' applied to 'int.(string)'"),
        ("x == 1.5", "1:3: found no matching overload for '_==_' applied to '(int, double)'"),
        ("[1, 'a']", "1:5: expected type 'int' but found 'string'"),
        ("x.y", "1:2: type 'int' does not support field selection"),
        ("has(x)", "1:5: invalid argument to has() macro"),
        ("[1].map(1, 2)", "1:9: argument must be a simple name"),
        ("1 +\n  for", "2:3: reserved identifier: for"),
        ("'é' + 'é' + 1", "1:11: found no matching overload for '_+_' applied to '(string, int)'"),
        ("(1", "1:3: Syntax error: missing ')' at '<EOF>'"),
        ("1 2", "1:3: Syntax error: extraneous input '2' expecting <EOF>"),
        ("'abc", "1:1: Syntax error: token recognition error at: ''abc'"),
        ("1 # 2", "1:3: Syntax error: token recognition error at: '#'"),
        ("99999999999999999999", "1:1: invalid int literal"),
        ("duration('1x') > duration('1s')", "1:10: invalid duration argument"),
        ("self.a.matches('(')", "1:16: invalid matches argument"),
        ("x ? 1 : 2", "1:3: found no matching overload for '_?_:_' applied to '(int, int, int)'"),
        (
            "y + z",
            "1:1: undeclared reference to 'y' (in container ''); 1:5: undeclared reference to 'z' (in container '')"
        ),
    ])
    func compilation(text: String, message: String) {
        #expect {
            try Program(text, declarations: Self.declarations)
        } throws: { error in
            #expect((error as? CELError)?.message == message)
            return true
        }
    }

    @Test(arguments: [
        ("1 / (x - 1)", "1:3: division by zero"), ("[1, 2][x + 1]", "1:7: index out of bounds: 2"),
        ("{'a': 1}['b'] == x", "1:9: no such key: b"), ("9223372036854775807 + x", "1:21: integer overflow"),
        ("d.size() == x", "1:7: no such overload"), ("int('a') == x", "1:4: invalid int: \"a\""),
        ("self.a == 'b'", "1:5: no such key: a"), ("self.n == x", "1:5: no such key: n"),
        ("timestamp(253402300799) + duration('1s') == timestamp(x)", "1:25: timestamp or duration out of range"),
    ])
    func evaluation(text: String, message: String) throws {
        let program = try Program(text, declarations: Self.declarations)
        #expect {
            try program.evaluate(["x": .int(1), "d": .int(1), "self": .map(MapValue())])
        } throws: { error in
            #expect((error as? CELError)?.message == message)
            #expect((error as? CELError)?.code == .evaluation)
            return true
        }
    }

    /// The form with the line and a caret, over several lines and after characters of several bytes.
    @Test func snippet() {
        #expect {
            try Program("'ü' ==\n  self.b", declarations: Self.declarations)
        } throws: { error in
            "\(error)" == "ERROR: <input>:2:7: undefined field 'b'\n |   self.b\n | ......^"
        }
    }

    @Test func missingVariable() throws {
        let program = try Program("x == 1", declarations: Self.declarations)
        #expect {
            try program.evaluate([:])
        } throws: { error in
            (error as? CELError)?.message == "1:1: no such attribute(s): x"
        }
    }
}
