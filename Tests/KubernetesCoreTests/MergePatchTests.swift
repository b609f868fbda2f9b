import KubernetesCore
import PropertyTesting
import Testing

/// RFC 7386, appendix A, and the law that ties `difference` to `apply`.
struct MergePatchTests {
    @Test(
        arguments: [
            (["a": "b"], ["a": "c"], ["a": "c"]), (["a": "b"], ["b": "c"], ["a": "b", "b": "c"]),
            (["a": "b"], ["a": .null], [:]), (["a": "b", "b": "c"], ["a": .null], ["b": "c"]),
            (["a": ["b"]], ["a": "c"], ["a": "c"]), (["a": "c"], ["a": ["b"]], ["a": ["b"]]),
            (["a": ["b": "c"]], ["a": ["b": "d", "c": .null]], ["a": ["b": "d"]]),
            (["a": [["b": "c"]]], ["a": [1]], ["a": [1]]), (["a", "b"], ["c", "d"], ["c", "d"]),
            (["a": "b"], ["c"], ["c"]), (["a": "foo"], .null, .null), (["a": "foo"], "bar", "bar"),
            (["e": .null], ["a": 1], ["e": .null, "a": 1]), ([1, 2], ["a": "b", "c": .null], ["a": "b"]),
            ([:], ["a": ["bb": ["ccc": .null]]], ["a": ["bb": [:]]]),
        ] as [(JSONValue, JSONValue, JSONValue)])
    func appendixA(_ target: JSONValue, _ patch: JSONValue, _ result: JSONValue) {
        #expect(MergePatch.apply(patch, to: target) == result)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func theDifferenceLeadsFromOldToNew(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let old = generator.object(withNulls: false)
            let new = generator.object(withNulls: false)
            let patch = MergePatch.difference(from: old, to: new)
            #expect((patch == nil) == (old == new), "seed \(seed)")
            #expect(MergePatch.apply(patch ?? [:], to: old) == new, "seed \(seed)")
            #expect(MergePatch.difference(from: new, to: new) == nil, "seed \(seed)")
        }
    }

    @Test func requestsMustBeObjects() {
        let patches: [JSONValue] = [.null, [], "x"]
        for (patch, message) in zip(
            patches,
            [
                "Invalid JSON Patch",
                "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
                "error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}",
            ])
        {
            let error = #expect(throws: PatchError.self) { try MergePatch.applyRequest(patch, to: [:]) }
            #expect(error?.message == message)
            #expect(error?.status.code == 400)
        }
    }
}
