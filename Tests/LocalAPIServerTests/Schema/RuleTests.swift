import KubernetesCore
import Testing

@testable import LocalAPIServer

/// `x-kubernetes-validations`, beyond what the recordings show.
struct RuleTests {
    private func schema(_ spec: JSONValue) -> ObjectSchema {
        ObjectSchema(openAPI: ["type": "object", "properties": ["spec": spec]])
    }

    private func rules(_ texts: String...) -> JSONValue {
        .array(texts.map { ["rule": .string($0), "message": "wrong"] })
    }

    /// What rules see of values: their types, and members whose names are no identifiers.
    @Test(arguments: [
        (
            "self.a__dash__b == 1 && self.__for__ == 2 && self.x__underscores__y == 3 && self.d__dot__e__slash__f == 4",
            true
        ),
        ("self.when.getFullYear() == 2026 && self.took == duration('90s') && self.day < self.when", true),
        ("type(self.port) == int && type(self.name) == string && self.port + 1 == 81", true),
        ("self.blob == b'abc' && self.ratio == 2.0 && self.labels['a/b'] == 'c' && self.labels.all(k, k != 'z')", true),
        ("!has(self.open.anything)", false), ("self.open == self.open && has(self.open)", true),
        ("dyn(self.none) == null && !has(self.absent) && self.?absent.orValue(3) == 3", true),
        ("self.list.exists_one(e, e.name == 'a' && e.n > 1)", true),
    ])
    func values(rule: String, compiles: Bool) {
        let integer: JSONValue = ["type": "integer"]
        let spec: JSONValue = [
            "type": "object", "x-kubernetes-validations": rules(rule),
            "properties": [
                "a-b": integer, "for": integer, "x__y": integer, "d.e/f": integer, "ratio": ["type": "number"],
                "when": ["type": "string", "format": "date-time"], "took": ["type": "string", "format": "duration"],
                "day": ["type": "string", "format": "date"], "blob": ["type": "string", "format": "byte"],
                "port": ["x-kubernetes-int-or-string": true], "name": ["x-kubernetes-int-or-string": true],
                "labels": ["type": "object", "additionalProperties": ["type": "string"]],
                "open": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
                "none": ["type": "string", "nullable": true], "absent": integer,
                "list": [
                    "type": "array", "maxItems": 5,
                    "items": ["type": "object", "properties": ["name": ["type": "string"], "n": integer]],
                ],
            ],
        ]
        let object: JSONValue = [
            "spec": [
                "a-b": 1, "for": 2, "x__y": 3, "d.e/f": 4, "ratio": 2, "when": "2026-05-01T10:00:00Z", "took": "1m30s",
                "day": "2026-04-30", "blob": "YWJj", "port": 80, "name": "http", "labels": ["a/b": "c"],
                "open": ["anything": [1]], "none": .null, "list": [["name": "a", "n": 2], ["name": "b", "n": 2]],
            ]
        ]
        let messages = schema(spec).validate(object, old: nil).map(\.message)
        if compiles { #expect(messages == []) } else { #expect(messages.first?.contains("compile") == true) }
    }

    /// Elements of lists with keys are found again; a rule about a change is silent where there was nothing before.
    @Test func transitions() {
        let spec: JSONValue = [
            "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
            "items": [
                "type": "object", "required": ["name"], "x-kubernetes-validations": rules("self.n >= oldSelf.n"),
                "properties": ["name": ["type": "string"], "n": ["type": "integer"]],
            ],
        ]
        let schema = schema(spec)
        let old: JSONValue = ["spec": [["name": "a", "n": 5], ["name": "b", "n": 5]]]
        #expect(schema.validate(old, old: nil).isEmpty)
        let new: JSONValue = ["spec": [["name": "c", "n": 1], ["name": "b", "n": 4], ["name": "a", "n": 6]]]
        #expect(
            schema.validate(new, old: old) == [
                FieldError(path: "spec[1]", reason: .invalid, message: "Invalid value: wrong")
            ])
    }

    /// What was wrong before and stays as it is is let be; what changes is judged.
    @Test func ratcheting() {
        let spec: JSONValue = [
            "type": "object",
            "properties": [
                "n": ["type": "integer", "x-kubernetes-validations": rules("self < 10")], "m": ["type": "integer"],
            ],
        ]
        let schema = schema(spec)
        #expect(schema.validate(["spec": ["n": 11]], old: nil).count == 1)
        #expect(schema.validate(["spec": ["n": 11, "m": 1]], old: ["spec": ["n": 11]]).isEmpty)
        #expect(schema.validate(["spec": ["n": 12]], old: ["spec": ["n": 11]]).count == 1)
    }

    @Test(
        arguments: [
            (["rule": "self == 1", "messageExpression": "'is ' + string(self)"], "Invalid value: 2: is 2"),
            (
                ["rule": "self == 1", "messageExpression": "string(1 / (self - 2))", "message": "m"],
                "Invalid value: 2: m"
            ),
            (["rule": "self == 1"], "Invalid value: 2: failed rule: self == 1"),
            (
                ["rule": "1 / (self - 2) == 1"],
                "Invalid value: \"integer\": division by zero evaluating rule: 1 / (self - 2) == 1"
            ),
            (["rule": "self == 1", "reason": "FieldValueRequired", "message": "m"], "Required value: m"),
            (["rule": "self == 1", "reason": "FieldValueDuplicate", "message": "m"], "Duplicate value: 2"),
        ] as [(JSONValue, String)])
    func messages(rule: JSONValue, message: String) {
        let schema = schema(["type": "integer", "x-kubernetes-validations": [rule]])
        #expect(schema.validate(["spec": 2], old: nil).map(\.message) == [message])
    }

    /// All rules on an object share one budget.
    @Test func budget() {
        let spec: JSONValue = [
            "type": "array",
            "items": [
                "type": "array", "items": ["type": "integer"],
                "x-kubernetes-validations": rules("self.all(a, self.all(b, a + b >= 0))"),
            ],
        ]
        let row = JSONValue.array(Array(repeating: 1, count: 20))
        let object: JSONValue = ["spec": .array(Array(repeating: row, count: 10))]
        func errors(budget: UInt64) -> [FieldError] {
            var judgement = RuleTree.Judgement(remaining: budget)
            schema(spec).rules?.judge(object, old: nil, path: "", into: &judgement)
            return judgement.errors
        }
        #expect(errors(budget: RuleTree.budget).isEmpty)
        let errors = errors(budget: 10_000)
        #expect(errors.count == 1)
        #expect(errors.first?.message.contains("running out of cost budget") == true)
    }

    private func definition(_ spec: JSONValue) -> [String] {
        let schema = ObjectSchema(openAPI: ["type": "object", "properties": ["spec": spec]])
        return DefinitionRules.validate(schema, path: "s").map { "\($0.path): \($0.message)" }
    }

    /// A cheap rule becomes dear by the lists around it; bounds make it cheap again.
    @Test func costs() {
        func lists(_ most: JSONValue) -> JSONValue {
            let bounds: [String: JSONValue] = most.isNull ? [:] : ["maxItems": most, "maxLength": most]
            let text = JSONValue.object(["type": "string"].merging(bounds) { $1 })
            let ruled: JSONValue = [
                "type": "object", "x-kubernetes-validations": rules("self.a.all(x, self.a.exists(y, x == y + 'a'))"),
                "properties": ["a": .object(["type": "array", "items": text].merging(bounds) { $1 })],
            ]
            return .object(["type": "array", "items": ruled].merging(bounds) { $1 })
        }
        #expect(definition(lists(10)).isEmpty)
        let dear = definition(lists(.null))
        #expect(dear.count == 3)
        #expect(dear.first?.contains("estimated rule cost exceeds budget by factor of more than 100x") == true)
        let some = definition(lists(60))
        #expect(some.count == 1, "\(some)")
        #expect(some.first?.contains("budget by factor of ") == true)
    }

    @Test(
        arguments: [
            (["rule": "oldSelf.x == self.x"], []),
            (
                ["rule": "self.x > 0", "optionalOldSelf": true],
                [
                    "optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule"
                ]
            ),
            (["rule": "self.x > 0", "fieldPath": ".x"], []), (["rule": "self.x > 0", "fieldPath": "['x']"], []),
            (
                ["rule": "self.x > 0", "fieldPath": "x"],
                ["fieldPath: Invalid value: \"x\": must be a valid path"]
            ),
            (
                ["rule": "self.x >\n 0"],
                [
                    "message: Required value: message must be specified if rule contains line breaks"
                ]
            ),
            (["rule": "cel.bind(a, 1, a) == self.x"], nil), (["rule": "math.abs(self.x) == 1"], nil),
        ] as [(JSONValue, [String]?)])
    func statements(rule: JSONValue, errors: [String]?) {
        let place = "s.properties[spec].x-kubernetes-validations[0]."
        let found = definition([
            "type": "object", "properties": ["x": ["type": "integer"]], "x-kubernetes-validations": [rule],
        ])
        if let errors { #expect(found == errors.map { place + $0 }) } else { #expect(found.count == 1) }
    }
}
