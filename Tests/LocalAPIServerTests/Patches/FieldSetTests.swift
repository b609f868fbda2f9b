import KubernetesCore
import Testing

@testable import LocalAPIServer

/// The laws of sets of paths.
struct FieldSetTests {
    private static let elements = ["f:a", "f:b", "f:.", "v:\"x\"", "v:1", "k:{\"name\":\"a\"}", "i:0"]

    private func set(_ generator: inout PatchGenerator) -> (FieldSet, Set<[String]>) {
        var paths: Set<[String]> = []
        for _ in 0..<Int.random(in: 0..<8, using: &generator) {
            let length = Int.random(in: 1...4, using: &generator)
            paths.insert((0..<length).map { _ in Self.elements.randomElement(using: &generator) ?? "f:a" })
        }
        return (paths.reduce(FieldSet.empty) { $0.union(FieldSet(path: $1)) }, paths)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func operationsAreThoseOfSets(seed: UInt64) {
        var generator = PatchGenerator(seed: seed)
        for _ in 0..<100 {
            let (left, leftPaths) = set(&generator)
            let (right, rightPaths) = set(&generator)
            #expect(Set(left.paths) == leftPaths, "seed \(seed)")
            #expect(Set(left.union(right).paths) == leftPaths.union(rightPaths), "seed \(seed)")
            #expect(Set(left.intersection(right).paths) == leftPaths.intersection(rightPaths), "seed \(seed)")
            #expect(Set(left.subtracting(right).paths) == leftPaths.subtracting(rightPaths), "seed \(seed)")
            let trees = leftPaths.filter { path in !rightPaths.contains { path.starts(with: $0) } }
            #expect(Set(left.subtractingTrees(right).paths) == trees, "seed \(seed)")
            #expect(left.union(right) == right.union(left), "seed \(seed)")
            #expect(left.subtracting(left).isEmpty, "seed \(seed)")
            #expect(left.subtracting(right).union(left.intersection(right)) == left, "seed \(seed)")
            #expect(FieldSet(foreign: left.json) == left, "seed \(seed)")
        }
    }

    @Test func foreignSpellingsAreMadeCanonical() throws {
        let foreign: JSONValue = [
            "f:tasks": ["k:{ \"b\": 1, \"a\":\"x\" }": [".": [:], "f:image": [:]]], "v: \"x\"": [:], "x:future": [:],
        ]
        guard let set = FieldSet(foreign: foreign) else {
            #expect(FieldSet(foreign: foreign) == nil)
            return
        }
        #expect(set.paths.contains(["f:tasks", "k:{\"a\":\"x\",\"b\":1}", "f:image"]))
    }

    @Test func malformedSetsAreRefused() {
        for json in [[], "x", ["f:a": 1], ["k:{": [:]], ["v:": [:]], ["i:x": [:]], ["k:[]": [:]]] as [JSONValue] {
            #expect(FieldSet(foreign: json) == nil, "\(json)")
        }
    }
}
