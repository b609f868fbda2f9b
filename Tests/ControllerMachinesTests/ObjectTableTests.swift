import ControllerMachines
import KubernetesCore
import PropertyTesting
import Testing

@Suite struct ObjectTableTests {
    private func text(_ changes: [ObjectChange<TestObject>]) -> [String] {
        changes.map { change in
            switch change {
            case .added(let object): "+\(object.metadata.name):\(object.value)"
            case .updated(let old, let new): "~\(new.metadata.name):\(old.value)>\(new.value)"
            case .deleted(let last): "-\(last.metadata.name):\(last.value)"
            }
        }
    }

    @Test func aListYieldsWhatChangedSinceTheLastOne() {
        var table = ObjectTable<TestObject>()
        #expect(
            text(table.replace(with: [TestObject("a"), TestObject("b")], resourceVersion: "5")) == ["+a:0", "+b:0"])
        let second = [TestObject("b", value: 1, version: 6), TestObject("c", value: 2, version: 7)]
        #expect(text(table.replace(with: second, resourceVersion: "8")) == ["-a:0", "~b:0>1", "+c:2"])
        #expect(text(table.replace(with: second, resourceVersion: "9")).isEmpty)
        #expect(table.lastResourceVersion() == "9")
    }

    @Test func anObjectMadeAnewIsAnotherObject() {
        var table = ObjectTable<TestObject>()
        _ = table.upsert(TestObject("a", version: 1, uid: "old"))
        #expect(text(table.upsert(TestObject("a", value: 1, version: 3, uid: "new"))) == ["-a:0", "+a:1"])
    }

    @Test func anUnreadableObjectKeepsItsLastState() {
        var table = ObjectTable<TestObject>()
        _ = table.upsert(TestObject("a", value: 7))
        let key = ObjectKey(namespace: "default", name: "a")
        #expect(text(table.replace(with: [], resourceVersion: "5", keeping: [key])).isEmpty)
        #expect(table[key]?.value == 7)
    }

    @Test func namespacesThatAreListedOneByOneDoNotTouchEachOther() {
        var table = ObjectTable<TestObject>()
        _ = table.replace(with: [TestObject("a", namespace: "one")], resourceVersion: "5", scope: "one")
        #expect(
            text(table.replace(with: [TestObject("b", namespace: "two")], resourceVersion: "6", scope: "two"))
                == ["+b:0"])
        #expect(text(table.replace(with: [], resourceVersion: "9", scope: "one")) == ["-a:0"])
        #expect(table.lastResourceVersion(namespace: "two") == "6")
        #expect(table.lastResourceVersion(namespace: "three") == nil)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func indexesAndChangesEqualARebuild(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = ObjectTable<TestObject>()
        table.addIndex("owner") { $0.metadata.controller.map { [$0.uid] } ?? [] }
        var folded: [ObjectKey: TestObject] = [:]
        func fold(_ changes: [ObjectChange<TestObject>]) {
            for change in changes {
                let isAddition = if case .added = change { true } else { false }
                if (folded[change.key] == nil) != isAddition { Issue.record("seed \(seed): \(change)") }
                folded[change.key] = change.isDeletion ? nil : change.object
            }
        }
        for step in 1...600 {
            func make() -> TestObject {
                TestObject(
                    "o\(Int.random(in: 0..<15, using: &random))", value: step, version: step,
                    uid: "u\(Int.random(in: 0..<3, using: &random))", owner: "w\(Int.random(in: 0..<4, using: &random))"
                )
            }
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6: fold(table.upsert(make()))
            case 6..<9: fold(table.remove(make().key))
            default:
                var list: [ObjectKey: TestObject] = [:]
                for object in (0..<Int.random(in: 0..<12, using: &random)).map({ _ in make() }) {
                    list[object.key] = object
                }
                fold(table.replace(with: Array(list.values), resourceVersion: ResourceVersion("\(step)")))
                #expect(Set(table.keys) == Set(list.keys), "seed \(seed), step \(step)")
            }
            let state = Dictionary(uniqueKeysWithValues: table.values.map { ($0.key, $0) })
            if state != folded { Issue.record("seed \(seed), step \(step): not the sum of the changes") }
            for owner in 0..<4 {
                let expected = folded.filter { $0.value.metadata.controller?.uid == "w\(owner)" }.keys
                if table.keys(index: "owner", term: "w\(owner)") == Set(expected) { continue }
                Issue.record("seed \(seed), step \(step): the index is wrong")
            }
        }
    }
}
