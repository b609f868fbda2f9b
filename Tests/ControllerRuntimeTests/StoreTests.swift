import ControllerMachines
import ControllerRuntime
import KubernetesCore
import Testing

@Suite struct StoreTests {
    private func describe(_ change: ObjectChange<TestObject>, _ source: ChangeSource) -> String {
        let mark =
            switch change {
            case .added: "+"
            case .updated: "~"
            case .deleted: "-"
            }
        return "\(mark)\(change.key.name)\(change.object.value) \(source)"
    }

    @Test func subscribersHearEverythingInOrderAndMayReadAndChangeTheStoreMeanwhile() {
        let store = Store<TestObject>()
        let heard = Record<String>()
        store.replace(with: [TestObject("a", value: 1)], resourceVersion: "5")
        store.subscribe { change, source in
            heard.append(self.describe(change, source) + " of \(store.count)")
            if change.key.name == "b" {
                store.apply(.deleted(TestObject("a", value: 1)), resourceVersion: "7")
            }
        }
        store.apply(.added(TestObject("b", value: 2)), resourceVersion: "6")
        #expect(heard.all == ["+a1 list of 1", "+b2 watch of 2", "-a1 watch of 1"])
        #expect(store.lastResourceVersion() == "7")
    }

    @Test func manyWritersMakeOneOrder() async {
        let store = Store<TestObject>()
        let heard = Record<Int>()
        store.subscribe { change, _ in heard.append(change.object.value) }
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for step in 0..<200 {
                        store.apply(
                            .modified(TestObject("w\(writer)", value: step, version: "\(step + 1)")),
                            resourceVersion: nil)
                    }
                }
            }
        }
        // The last writer to find another one delivering leaves its changes to that one.
        #expect(heard.count == 1600)
        #expect(store.count == 8)
    }

    @Test func isSyncedWhenEveryScopeWasListed() {
        let store = Store<TestObject>()
        store.expect(scopes: ["one", "two"])
        store.replace(with: [], resourceVersion: "5", scope: "one")
        #expect(!store.isSynced)
        store.replace(with: [], resourceVersion: "6", scope: "two")
        #expect(store.isSynced)
        #expect(store.lastResourceVersion(namespace: "one") == "5")
    }

    @Test func theLedgerWaitsForTheStore() {
        let store = Store<TestObject>()
        let ledger = SharedWriteLedger()
        ledger.track(store)
        store.replace(with: [], resourceVersion: "9")
        let answer: JSONValue = ["metadata": ["namespace": "default", "resourceVersion": "10"]]
        ledger.wrote(owner: "u", TestObject.type, answer: answer)
        ledger.wrote(owner: "u", .pod, namespace: "default", resourceVersion: "99")
        #expect(!ledger.isCaughtUp(owner: "u"))
        store.apply(.added(TestObject("a", version: "10")), resourceVersion: "10")
        #expect(ledger.isCaughtUp(owner: "u"))
        #expect(ledger.count == 0)
    }

    @Test func findsByOwner() {
        let store = Store<TestObject>()
        var object = TestObject("a")
        object.metadata.ownerReferences = [
            OwnerReference(apiVersion: "v1", kind: "Owner", name: "o", uid: "u1", controller: true),
            OwnerReference(apiVersion: "v1", kind: "Owner", name: "p", uid: "u2"),
        ]
        store.apply(.added(object), resourceVersion: nil)
        #expect(store.owned(by: "u1") == [object])
        #expect(store.owned(by: "u2").isEmpty)
    }
}
