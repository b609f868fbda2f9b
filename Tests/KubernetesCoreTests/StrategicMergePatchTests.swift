import KubernetesCore
import Testing

/// What becomes of directives in content that takes the place of other content.
@Suite struct StrategicMergePatchTests {
    /// A schema that knows nothing, so that lists are replaced.
    private struct Unknown: MergeSchema {
        var listElement: Unknown? { nil }
        var patchStrategy: [String] { [] }
        var patchMergeKey: String? { nil }
        func child(_ name: String) -> Unknown? { nil }
    }

    @Test(arguments: [
        (#"{"list": [{"a": {"$patch": "replace", "b": 1}}]}"#, #"{"list": [{"a": {"b": 1}}], "map": {"x": 1}}"#),
        (
            #"{"map": {"$patch": "replace", "y": {"$retainKeys": ["z"], "z": 2}}}"#,
            #"{"list": [0], "map": {"y": {"z": 2}}}"#
        ),
        (
            #"{"map": {"$patch": "replace", "y": [{"$patch": "delete", "n": 1}, 3]}}"#,
            #"{"list": [0], "map": {"y": [3]}}"#
        ),
    ])
    func noDirectiveStays(patch: String, expected: String) throws {
        let target: JSONValue = ["list": [0], "map": ["x": 1]]
        let patched = try StrategicMergePatch.apply(
            try JSONParser.parse(patch), to: target, schema: Unknown?.none)
        #expect(try patched == JSONParser.parse(expected))
    }
}
