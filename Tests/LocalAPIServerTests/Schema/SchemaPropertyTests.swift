import KubernetesCore
import Testing

@testable import LocalAPIServer

/// What holds of pruning, defaulting and validation whatever the schema and the object.
struct SchemaPropertyTests {
    /// SplitMix64: the same objects for the same seed.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }

        mutating func schema(depth: Int) -> ObjectSchema {
            var fields = ObjectSchema.Fields()
            switch depth > 3 ? Int.random(in: 0..<3, using: &self) : Int.random(in: 0..<6, using: &self) {
            case 0:
                fields.type = "string"
                if Bool.random(using: &self) { fields.defaultValue = "d" }
                if Bool.random(using: &self) { fields.maxLength = 3 }
            case 1:
                fields.type = "integer"
                if Bool.random(using: &self) { fields.defaultValue = 7 }
                if Bool.random(using: &self) { fields.minimum = 0 }
            case 2:
                fields.type = "boolean"
                fields.isNullable = Bool.random(using: &self)
            case 3:
                fields.type = "array"
                fields.items = schema(depth: depth + 1)
            case 4:
                fields.type = "object"
                fields.additionalProperties = schema(depth: depth + 1)
            default:
                fields.type = "object"
                fields.preservesUnknownFields = Int.random(in: 0..<5, using: &self) == 0
                for name in ["a", "b", "c"] where Bool.random(using: &self) {
                    fields.properties[name] = schema(depth: depth + 1)
                }
                if Bool.random(using: &self) { fields.defaultValue = .object([:]) }
                fields.required = fields.properties.keys.sorted().filter { _ in Int.random(in: 0..<4, using: &self) == 0
                }
            }
            return ObjectSchema(fields)
        }

        mutating func value(depth: Int) -> JSONValue {
            switch depth > 4 ? Int.random(in: 0..<5, using: &self) : Int.random(in: 0..<8, using: &self) {
            case 0: return .null
            case 1: return .bool(Bool.random(using: &self))
            case 2: return .integer([0, -1, 7, .max, .min].randomElement(using: &self) ?? 0)
            case 3: return .double([0.5, 1e300, -0.0].randomElement(using: &self) ?? 0)
            case 4: return .string(["", "x", "a long text", "\u{0}\u{FFFF}"].randomElement(using: &self) ?? "")
            case 5: return .array((0..<Int.random(in: 0..<3, using: &self)).map { _ in value(depth: depth + 1) })
            default:
                var members: [String: JSONValue] = [:]
                for name in ["a", "b", "c", "d"] where Bool.random(using: &self) {
                    members[name] = value(depth: depth + 1)
                }
                return .object(members)
            }
        }
    }

    @Test func pruningAndDefaulting() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = Generator(state: seed)
        var pruned = 0
        var valid = 0
        for round in 0..<2000 {
            var root = generator.schema(depth: 0).fields
            root.type = "object"
            let schema = ObjectSchema(root)
            var object = generator.value(depth: 0)
            if object.objectValue == nil { object = .object([:]) }
            let place: Comment = "seed \(seed) round \(round)"

            if !schema.unknownFields(in: object).isEmpty { pruned += 1 }
            schema.prune(&object)
            #expect(schema.unknownFields(in: object).isEmpty, place)
            var again = object
            schema.prune(&again)
            #expect(again == object, place)

            schema.applyDefaults(&object)
            again = object
            schema.applyDefaults(&again)
            #expect(again == object, place)
            #expect(schema.unknownFields(in: object).isEmpty, place)

            let errors = schema.validate(object, old: nil)
            if errors.isEmpty { valid += 1 }
            #expect(schema.validate(object, old: object).isEmpty, place)
            #expect(ObjectSchema(openAPI: schema.openAPI).validate(object, old: nil) == errors, place)
        }
        #expect(pruned > 200 && valid > 200, "seed \(seed): the generator reaches both sides")
    }

    @Test(arguments: [
        ("^[a-z]+$", "abc", true), ("^[a-z]+$", "abc\n", false), (#"^\d+$"#, "١٢", false),
        (#"^[\w-]+$"#, "a-b_c", true),
        ("^(?P<x>a|b)$", "b", true), ("[[]", "[", true), ("^[^/]+$", "a/b", false), ("a.c", "a\nc", false),
        ("(?i)^ABC$", "abc", true), ("^[[:alpha:]]+$", "abc", true), (#"^\$x$"#, "$x", true), ("^[a&&b]$", "&", true),
    ])
    func patterns(pattern: String, text: String, matches: Bool) {
        let compiled = SchemaPattern(pattern)
        #expect(compiled.error == nil)
        #expect(compiled.matches(text) == matches)
    }

    @Test(arguments: ["(", ")", "[a", "a(?=b)", #"(a)\1"#, "a**b("])
    func refusedPatterns(pattern: String) {
        #expect(SchemaPattern(pattern).error != nil)
    }

    @Test(arguments: [
        ("0.5", "500m"), ("1024Mi", "1Gi"), ("1000", "1k"), ("1500m", "1500m"), ("0", "0"), ("-1", "-1"),
        ("1e3", "1e3"), ("100Ki", "100Ki"), ("1023", "1023"), ("0.1Gi", "107374182400m"), ("1.0", "1"),
        ("12345678", "12345678"), ("2M", "2M"), ("0.0000000001", "1n"), ("+5", "5"),
    ])
    func quantities(text: String, canonical: String) {
        #expect(QuantityForm(.string(text))?.canonical == canonical)
    }

    @Test(arguments: ["", "abc", "1.2.3", "1Kii", "--1", "1 Gi", "."])
    func noQuantities(text: String) {
        #expect(QuantityForm(.string(text)) == nil)
    }
}
