import KubernetesCore

/// SplitMix64, with objects as users apply them.
struct PatchGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A configuration for ``FieldManagementTests/schema``.
    mutating func configuration() -> JSONValue {
        var spec: [String: JSONValue] = [:]
        if chance() { spec["size"] = .integer(Int64.random(in: 0..<3, using: &self)) }
        if chance() { spec["tags"] = .array(some(["x", "y", "z"]).map(JSONValue.string)) }
        if chance() { spec["steps"] = .array((0..<Int.random(in: 0..<3, using: &self)).map { .integer(Int64($0)) }) }
        if chance() { spec["whole"] = .object(["a": .integer(Int64.random(in: 0..<2, using: &self))]) }
        if chance() {
            spec["free"] = .object(Dictionary(uniqueKeysWithValues: some(["p", "q"]).map { ($0, ["r": 1]) }))
        }
        if chance() {
            spec["tasks"] = .array(
                some(["a", "b", "c"]).map { name in
                    var task: [String: JSONValue] = ["name": .string(name)]
                    if chance() { task["image"] = .string(chance() ? "i" : "j") }
                    if chance() { task["labels"] = .object([chance() ? "l" : "m": .string(chance() ? "1" : "2")]) }
                    return .object(task)
                })
        }
        return ["apiVersion": "test/v1", "kind": "Test", "metadata": ["name": "t"], "spec": .object(spec)]
    }

    private mutating func chance() -> Bool { Bool.random(using: &self) }

    private mutating func some(_ names: [String]) -> [String] {
        var names = names.filter { _ in chance() }
        names.shuffle(using: &self)
        // Nobody owns an empty list, so that applying one twice adds it where the first time removed its elements.
        return names.isEmpty ? ["a"] : names
    }
}
