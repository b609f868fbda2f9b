import ControllerMachines
import KubernetesCore
import PropertyTesting
import Testing

@Suite struct WriteLedgerTests {
    private let pods = WriteLedger.Collection(type: .pod, namespace: "default")
    private let maps = WriteLedger.Collection(type: .configMap, namespace: "default")

    @Test func waitsForTheLastWriteOfEveryCollection() {
        var ledger = WriteLedger()
        ledger.wroteAt(owner: "u", pods, "9")
        ledger.wroteAt(owner: "u", pods, "10")
        ledger.wroteAt(owner: "u", pods, "8")
        ledger.wroteAt(owner: "u", maps, "11")
        var seen: [WriteLedger.Collection: ResourceVersion] = [pods: "9", maps: "99"]
        #expect(!ledger.isCaughtUp(owner: "u") { seen[$0] })
        #expect(ledger.isCaughtUp(owner: "other") { seen[$0] })
        seen[pods] = "10"
        #expect(ledger.isCaughtUp(owner: "u") { seen[$0] })
        #expect(ledger.count == 0)
    }

    @Test func whatCannotBeComparedDoesNotBlock() {
        var ledger = WriteLedger()
        ledger.wroteAt(owner: "u", pods, "abc")
        #expect(ledger.isCaughtUp(owner: "u") { _ in "10" })
        ledger.wroteAt(owner: "u", pods, "10")
        #expect(ledger.isCaughtUp(owner: "u") { _ in "" })
        ledger.wroteAt(owner: "u", pods, "10")
        #expect(ledger.isCaughtUp(owner: "u") { _ in nil })
    }

    @Test func anOwnerThatIsGoneIsForgotten() {
        var ledger = WriteLedger()
        ledger.wroteAt(owner: "u", pods, "10")
        ledger.clear(owner: "u")
        #expect(ledger.isCaughtUp(owner: "u") { _ in "1" })
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func agreesWithAModel(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var ledger = WriteLedger()
        var highest: [String: [WriteLedger.Collection: Int]] = [:]
        var seen: [WriteLedger.Collection: Int] = [pods: 1, maps: 1]
        // Versions around the change from 18 to 20 digits' order: compared as numbers, not as text.
        var version = 95
        for step in 0..<500 {
            let owner = "u\(Int.random(in: 0..<4, using: &random))"
            let collection = random.chance(0.5) ? pods : maps
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                version += Int.random(in: 1...3, using: &random)
                ledger.wroteAt(owner: owner, collection, ResourceVersion("\(version)"))
                highest[owner, default: [:]][collection] = version
            case 1:
                let old = seen[collection] ?? 1
                seen[collection] = Int.random(in: min(old, version)...version, using: &random)
            default:
                let expected = (highest[owner] ?? [:]).allSatisfy { (seen[$0.key] ?? 0) >= $0.value }
                let answer = ledger.isCaughtUp(owner: owner) { collection in
                    seen[collection].map { ResourceVersion("\($0)") }
                }
                #expect(answer == expected, "seed \(seed), step \(step)")
            }
        }
    }
}
