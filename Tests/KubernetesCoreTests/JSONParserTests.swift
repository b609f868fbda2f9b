import PropertyTesting
import Testing

@testable import KubernetesCore

/// The parser against RFC 8259, and the writer against the parser.
struct JSONParserTests {
    @Test(
        arguments: [
            ("null", JSONValue.null), (" true ", true), ("\tfalse\r\n", false), ("0", 0), ("-0", 0), ("-12", -12),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("1.0", .double(1)), ("1e2", .double(100)),
            ("1E+2", .double(100)), ("25e-1", .double(2.5)), ("-0.0", .double(0)), ("\"\"", ""),
            ("\"a\\/b/c\"", "a/b/c"),
            (#""\"\\\b\f\n\r\t""#, "\"\\\u{8}\u{c}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
            (#""\ud83d\ude00""#, "\u{1F600}"), (#""\ud83d""#, "\u{FFFD}"), (#""\ude00x""#, "\u{FFFD}x"),
            (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\ud83d\ud83d\ude00""#, "\u{FFFD}\u{1F600}"), (#""\u0000""#, "\u{0}"),
            ("[]", []), ("{}", [:]), ("[ 1 , [ ] , { } ]", [1, [], [:]]),
            (#"{"a":{"b":[null]}}"#, ["a": ["b": [.null]]]),
            (#"{"":1," ":2}"#, ["": 1, " ": 2]), ("\"\u{7f}\u{2028}\"", "\u{7f}\u{2028}"),
        ] as [(String, JSONValue)])
    func accepts(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONParser.parse(text) == value)
    }

    @Test(
        arguments: [
            ("", "unexpected end of JSON input", 0), ("  ", "unexpected end of JSON input", 2),
            ("nul", "unexpected end of JSON input", 3), ("nulL", "invalid character 'L' in literal null", 3),
            ("1 2", "invalid character '2' after the document", 2), ("01", "invalid character '1'", 1),
            ("-", "unexpected end of JSON input", 1), ("+1", "invalid character '+' looking for beginning of value", 0),
            (".5", "invalid character '.' looking for beginning of value", 0),
            ("1.", "unexpected end of JSON input", 2),
            ("1.e1", "invalid character 'e' after decimal point", 2), ("1e", "unexpected end of JSON input", 2),
            ("1e400", "out of range", 0), ("NaN", "invalid character 'N'", 0), ("'a'", "invalid character '''", 0),
            ("\"a", "unexpected end of JSON input", 2), ("\"\\x\"", "invalid character 'x' in string escape code", 2),
            ("\"\\u12g4\"", "hexadecimal", 5), ("\"\\u12", "unexpected end of JSON input", 5),
            ("\"\n\"", "in string literal", 1), ("[1,]", "invalid character ']'", 3),
            ("[1 2]", "after array element", 3),
            ("[", "unexpected end of JSON input", 1), ("{\"a\":1,}", "object key string", 7),
            ("{a:1}", "key string", 1),
            ("{\"a\" 1}", "after object key", 5), ("{\"a\":1 \"b\":2}", "after object key:value pair", 7),
            ("{\"a\":", "unexpected end of JSON input", 5), ("]", "invalid character ']'", 0),
            ("// c\n1", "invalid character '/'", 0), ("\u{feff}1", "looking for beginning of value", 0),
        ] as [(String, String, Int)])
    func refuses(_ text: String, _ message: String, _ offset: Int) {
        let error = #expect(throws: JSONParseError.self) { try JSONParser.parse(text) }
        #expect(error?.message.contains(message) == true, "\(String(describing: error)) for \(text)")
        #expect(error?.offset == offset, "\(String(describing: error)) for \(text)")
    }

    @Test func depthHasABound() throws {
        #expect(throws: Never.self) {
            try JSONParser.parse(String(repeating: "[", count: 400) + String(repeating: "]", count: 400))
        }
        let error = #expect(throws: JSONParseError.self) {
            try JSONParser.parse(String(repeating: "[", count: 100_000))
        }
        #expect(error?.message == "exceeded max depth")
        #expect(throws: JSONParseError.self) { try JSONParser.parse(String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test func duplicatesAreNamedAndTheLastWins() throws {
        let text = #"{"a":1,"b":{"c":[{"d":1,"d":2,"d":3}],"c":[0,{"e":1,"e":2}]},"a":4}"#
        let (value, duplicates) = try JSONParser.parseReportingDuplicates(Array(text.utf8))
        #expect(value == ["a": 4, "b": ["c": [0, ["e": 2]]]])
        #expect(duplicates == ["b.c[0].d", "b.c[1].e", "b.c", "a"])
        #expect(try JSONParser.parseReportingDuplicates(Array(#"[{"a":1},{"a":1}]"#.utf8)).duplicates.isEmpty)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func writtenValuesAreReadBack(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let value = generator.value()
            let bytes = JSONWriter.bytes(value)
            #expect(try JSONParser.parse(bytes) == normalised(value), "seed \(seed)")
            #expect(try JSONParser.parse(JSONWriter.prettyString(value)) == normalised(value), "seed \(seed)")
            #expect(JSONWriter.bytes(try JSONParser.parse(bytes)) == bytes, "seed \(seed)")
        }
    }

    /// Cutting or changing a byte of a document gives an error or another value, never a trap.
    @Test(arguments: 0..<10 as Range<UInt64>)
    func damagedDocumentsDoNoHarm(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            var bytes = JSONWriter.bytes(generator.object())
            let position = Int.random(in: 0..<bytes.count, using: &generator)
            #expect(throws: JSONParseError.self, "seed \(seed)") { try JSONParser.parse(bytes.prefix(position)) }
            bytes[position] = UInt8.random(in: .min ... .max, using: &generator)
            _ = try? JSONParser.parse(bytes)
        }
    }

    @Test func writerSortsMembersAndEscapesOnlyWhatItMust() {
        let value: JSONValue = [
            "b": 1, "a": "x/y\u{1}\u{2028}<&>\"", "á": .null, "B": [], "c": [:], "d": 1e21, "e": 3.0,
        ]
        #expect(
            JSONWriter.string(value)
                == "{\"B\":[],\"a\":\"x/y\\u0001\u{2028}<&>\\\"\",\"b\":1,\"c\":{},\"d\":1e+21,\"e\":3,\"á\":null}")
        #expect(JSONWriter.prettyString(["a": [1], "b": [:]]) == "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}")
        #expect(JSONWriter.string(.double(.nan)) == "null")
    }

    @Test(arguments: [1, 2, 3]) func managedFieldsArePassedOver(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let fields = generator.value()
            let rest: JSONValue = ["name": .string(generator.text()), "labels": generator.object()]
            var full = rest
            full["managedFields"] = fields
            let elsewhere: JSONValue = ["managedFields": fields, "list": [fields]]
            let bytes = JSONWriter.bytes(["items": [["metadata": full, "spec": elsewhere]], "metadata": full])
            let read = try Self.parseWithoutManagedFields(bytes)
            let all = try JSONParser.parse(bytes)
            #expect(all[path: ["metadata", "managedFields"]] != nil)
            var expected = all
            expected[path: ["metadata", "managedFields"]] = nil
            #expect(read["metadata"] == expected["metadata"])
            #expect(read["items"]?[0]?["spec"] == all["items"]?[0]?["spec"])
            #expect(read["items"]?[0]?["metadata"]?["managedFields"] == nil)
            for length in 0..<bytes.count {
                #expect(throws: JSONParseError.self) {
                    try Self.parseWithoutManagedFields(Array(bytes.prefix(length)))
                }
                if length > 400 { break }
            }
        }
    }

    private static func parseWithoutManagedFields(_ bytes: [UInt8]) throws -> JSONValue {
        try bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(buffer)
            let value = try reader.value(isWithoutManagedFields: true)
            try reader.end()
            return value
        }
    }

    /// Doubles without a fraction are written, hence read, as integers.
    private func normalised(_ value: JSONValue) -> JSONValue {
        switch value {
        case .double(let double):
            Int64(exactly: double).flatMap { abs(double) < 1e15 ? JSONValue.integer($0) : Optional.none } ?? value
        case .array(let elements): .array(elements.map(normalised))
        case .object(let members): .object(members.mapValues(normalised))
        default: value
        }
    }
}
