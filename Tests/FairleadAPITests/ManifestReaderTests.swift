import FairleadAPI
import KubernetesCore
import Testing

@Suite struct ManifestReaderTests {
    /// Go's yaml.v2 resolves plain words so.
    @Test(arguments: [
        ("y", true as JSONValue), ("No", false), ("ON", true), ("off", false), ("True", true), ("tRUE", "tRUE"),
        ("~", .null), ("null", .null), ("Null", .null), ("nULL", "nULL"), ("10", 10), ("0777", 511), ("0o17", 15),
        ("0x1F", 31), ("0b101", 5), ("-5", -5), ("+5", 5), ("1_000", 1000), ("08", 8.0), ("1e3", 1000.0),
        ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1.2.3", "1.2.3"), ("2026-01-02", "2026-01-02"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"), ("12:30:45", "12:30:45"), ("'yes'", "yes"),
        ("\"10\"", "10"), ("!!str 10", "10"), ("!x", ""), ("1e", "1e"), ("4Gi", "4Gi"), ("500m", "500m"),
        ("123456789012345678901234567890", 123456789012345678901234567890.0),
    ])
    func scalars(_ text: String, _ expected: JSONValue) throws {
        #expect(try ManifestReader.read("a: \(text)") == [["a": expected]])
    }

    @Test func keysAreText() throws {
        #expect(
            try ManifestReader.read("{y: 1, 2: b, 1.5: c, 'on': d}") == [["true": 1, "2": "b", "1.5": "c", "on": "d"]])
    }

    @Test func documents() throws {
        let text = "# nothing\n---\na: 1\n---\n---\nb: &x {c: 2}\nd: *x\ne: {<<: *x, f: 3}\n---\n{\"j\": [1, true]}\n"
        #expect(
            try ManifestReader.read(text) == [
                ["a": 1], ["b": ["c": 2], "d": ["c": 2], "e": ["c": 2, "f": 3]], ["j": [1, true]],
            ])
        #expect(try ManifestReader.read("") == [])
        #expect(try ManifestReader.read("just words") == ["just words"])
    }

    @Test(arguments: [
        ("a: 1\nb: [\n", 3), ("a:\n\t- b", 2), ("a: 1\na: 2", 1), ("x: 1\ny: 2\ntrue: 3", 3), ("a: 1\nb: .nan", 2),
        ("a: *nowhere", 1), ("? [a]\n: b", 1), ("a: b: c", 1),
    ])
    func errorsNameTheLine(_ text: String, _ line: Int) throws {
        let error = try #require(throws: ManifestError.self) { try ManifestReader.read(text) }
        #expect(error.line == line, "\(error)")
        #expect(!error.message.isEmpty)
    }

    /// Ten levels of ten aliases each would be ten thousand million values.
    @Test func aliasesCannotExplode() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...10 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(throws: ManifestError.self) { try ManifestReader.read(text) }
    }
}
