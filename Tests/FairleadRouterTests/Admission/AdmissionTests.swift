import NIOCore
import PropertyTesting
import Testing

@testable import FairleadRouter

struct AdmissionTests {
    /// Random arrivals, ends, retries, losses of patience, changes of pods and bounds: no bound is ever passed, nobody
    /// waits while a place is free, all are served in order, and each is answered once.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func keepsItsPromises(seed: UInt64) {
        var model = AdmissionModel(seed: seed)
        for _ in 0..<400 {
            model.step()
            if let problem = model.problem {
                Issue.record("seed \(seed): \(problem)")
                return
            }
        }
        model.finish()
        #expect(model.problem == nil, "seed \(seed)")
    }

    /// Of two pods that chance names the one with less to do: no pod gets far more than its share.
    @Test func podsShareTheWork() {
        var admission = Admission(seed: 1)
        _ = admission.set(
            (0..<10).map { PodAddress(host: "10.0.0.\($0)", port: 1) }, bounds: AdmissionBounds(), now: .now())
        for _ in 0..<1000 {
            let slot = admission.admit(now: .now())
            #expect(slot != nil)
        }
        #expect(admission.inFlight == 1000)
        for slot in admission.slots { #expect((90...110).contains(slot.inFlight)) }
    }

    @Test func aSuspectPodIsAvoidedForAWhile() throws {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var admission = Admission(seed: 1)
        let pods = ["10.0.0.1", "10.0.0.2"].map { PodAddress(host: $0, port: 1) }
        _ = admission.set(pods, bounds: AdmissionBounds(), now: start)
        let first = admission.admit(now: start)
        let slot = try #require(first)
        let bad = admission.slots[slot].address
        let move = admission.move(from: slot, now: start, not: [bad])
        let moved = try #require(move)
        #expect(admission.slots[moved.slot].address != bad)
        for _ in 0..<20 {
            let place = admission.admit(now: start + .milliseconds(900))
            let next = try #require(place)
            #expect(admission.slots[next].address != bad)
        }
        // Then it is trusted again, and has less to do than the other.
        let trusted = admission.admit(now: start + .seconds(2))
        #expect(trusted == slot)
        let nowhere = admission.move(from: slot, now: start + .seconds(2), not: pods)
        #expect(nowhere?.slot == nil)
    }
}
