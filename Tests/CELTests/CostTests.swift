import Testing

@testable import CEL

/// What expressions cost, by the published figures, worked out by hand.
struct CostTests {
    private static let fields: [String: CELType] = [
        "s": .string, "t": .string, "n": .int, "l": .list(.string), "m": .map(.string, .int),
        "o": .object(ObjectType("o", fields: ["s": .string])),
    ]
    private static let bounds = SizeBounds(
        most: 0,
        fields: [
            "s": SizeBounds(most: 100), "t": SizeBounds(most: 40), "n": SizeBounds(most: 0),
            "l": SizeBounds(most: 10, items: SizeBounds(most: 20)),
            "m": SizeBounds(most: 5, keys: SizeBounds(most: 0), values: SizeBounds(most: 0)),
            "o": SizeBounds(most: 0, fields: ["s": SizeBounds(most: 1000)]),
        ])

    /// Names, fields and calls are one each, an empty list ten; a fold adds its accumulator's reads and its condition.
    private static let most: [(String, UInt64)] = [
        // Two names, and nothing for the comparison of a number.
        ("self.n == 1", 2),
        ("self.n > 1", 3),
        ("true", 0),
        ("has(self.s)", 1),
        // The shorter text's characters, a tenth each, rounded up.
        ("self.s == self.t", 8),
        ("self.s.startsWith(self.t)", 8),
        ("self.s.contains('ab')", 12),
        // Text and one, a tenth each; pattern, a quarter each.
        ("self.s.matches('^abcd$')", 24),
        ("self.l.size() > 3", 4),
        ("self.s + self.t == ''", 18),
        // Accumulator, condition, step and the shorter text, ten times; the result's name.
        ("self.l.all(e, e == 'abc')", 53),
        ("self.l.exists(e, self.l.exists(f, e == f))", 873),
        ("self.m.all(k, self.m[k] > 0)", 43),
        ("self.l.map(e, e) == self.l", 146),
        ("[1, 2, 3].size() == 3", 12),
        ("self.n > 0 ? self.s == 'a' : true", 6),
        ("self.l.filter(e, e != '').size() < 3", 155),
        ("self.o.s.lowerAscii() == 'a'", 104),
        ("'a' in self.l", 12),
        ("'a' in self.m", 3),
    ]

    @Test(arguments: most)
    func estimates(text: String, most: UInt64) throws {
        let declarations = Declarations(variables: ["self": .object(ObjectType("self", fields: Self.fields))])
        let program = try Program(text, declarations: declarations)
        #expect(program.estimatedCost(bounds: ["self": Self.bounds]).maximum == most)
    }

    /// What is spent is never more than what was estimated for values of these sizes.
    @Test(arguments: [
        "self.n == 1 && self.s == self.t", "self.l.all(e, e.startsWith('b'))", "self.l.exists(e, e == self.t)",
        "self.s.matches('^[a-z]+$') || self.t.contains(self.s)", "self.m.all(k, self.m[k] > 0)",
        "self.l.map(e, e + self.t).size() == 10", "self.l.filter(e, e != 'b').size() > 0 ? self.n > 0 : false",
        "self.s.upperAscii().replace('B', 'cc').size() > 5", "self.l.join(',').split(',').size() == self.n",
        "{'a': self.n}.all(k, k == 'a') && has(self.o.s)", "self.l.exists_one(e, e == self.s)",
    ])
    func estimateIsABound(text: String) throws {
        let declarations = Declarations(variables: ["self": .object(ObjectType("self", fields: Self.fields))])
        let program = try Program(text, declarations: declarations)
        let value = MapValue([
            "s": .string(String(repeating: "b", count: 100)), "t": .string(String(repeating: "b", count: 40)),
            "n": .int(1), "l": .list(Array(repeating: .string(String(repeating: "b", count: 20)), count: 10)),
            "m": .map(MapValue(["a": .int(1), "b": .int(2), "c": .int(3), "d": .int(4), "e": .int(5)])),
            "o": .map(MapValue(["s": .string("x")])),
        ])
        let evaluation = program.run(["self": .map(value)])
        _ = try evaluation.result.get()
        // Kubernetes takes comparisons of numbers for free before, and counts them when they are made.
        let slack: UInt64 = 40
        #expect(evaluation.cost <= program.estimatedCost(bounds: ["self": Self.bounds]).maximum + slack)
    }

    @Test func unboundedIsUnbounded() throws {
        let declarations = Declarations(variables: ["l": .list(.string)])
        let program = try Program("l.all(a, l.all(b, a != b))", declarations: declarations)
        #expect(program.estimatedCost().maximum == .max)
    }
}
