import ControllerMachines
import Foundation
import KubernetesCore
import Testing

@Suite struct LeaseMachineTests {
    @Test func timesMustLeaveRoomForEachOther() {
        #expect(LeaseMachine.Timing().isValid)
        #expect(!LeaseMachine.Timing(leaseDuration: .seconds(10), renewDeadline: .seconds(10)).isValid)
        #expect(!LeaseMachine.Timing(renewDeadline: .seconds(2), retryPeriod: .seconds(2)).isValid)
    }

    private let date = Date(timeIntervalSince1970: 1_700_000_000)

    private func lease(_ holder: String?, version: String, seconds: Int = 15, transitions: Int = 3) -> LeaseView {
        LeaseView(
            metadata: ObjectMeta(name: "l", resourceVersion: ResourceVersion(version)),
            spec: LeaseSpec(
                holderIdentity: holder, leaseDurationSeconds: seconds, renewTime: MicroTime(date),
                leaseTransitions: transitions))
    }

    @Test func aCandidateWaitsFromWhenItSawTheChangeWhateverTheRecordsTimes() {
        var machine = LeaseMachine(identity: "me")
        #expect(machine.next(now: .seconds(1000), date: .distantFuture, random: 0) == .read)
        machine.observed(lease("other", version: "1"), now: .seconds(1000))
        #expect(machine.next(now: .seconds(1000), date: .distantFuture, random: 0) == .wait(.seconds(2)))
        #expect(machine.next(now: .seconds(1014), date: .distantFuture, random: 0) == .read)
        machine.observed(lease("other", version: "1"), now: .seconds(1014))
        guard case .wait = machine.next(now: .seconds(1014), date: date, random: 0) else {
            Issue.record("did not wait")
            return
        }
        #expect(machine.next(now: .seconds(1016), date: date, random: 0) == .read)
        machine.observed(lease("other", version: "1"), now: .seconds(1016))
        guard case .update(let spec, ifVersion: "1") = machine.next(now: .seconds(1016), date: date, random: 0) else {
            Issue.record("did not take over")
            return
        }
        #expect(spec.holderIdentity == "me")
        #expect(spec.leaseTransitions == 4)
        #expect(!machine.isLeading(now: .seconds(1016)))
    }

    @Test func aLeaderLosesWhenItCannotRenewAndNeverComesBack() {
        var machine = LeaseMachine(identity: "me")
        machine.observed(nil, now: .zero)
        guard case .create = machine.next(now: .seconds(1), date: date, random: 0) else {
            Issue.record("did not create")
            return
        }
        machine.wrote(lease("me", version: "1"), now: .seconds(3))
        // It counts from before the request was sent.
        #expect(machine.deadline == .seconds(11))
        #expect(machine.isLeading(now: .seconds(10)))
        #expect(machine.next(now: .seconds(3), date: date, random: 0) == .wait(.seconds(2)))
        guard case .update(_, ifVersion: "1") = machine.next(now: .seconds(5), date: date, random: 0) else {
            Issue.record("did not renew from the version it knows")
            return
        }
        machine.failed(isConflict: false, now: .seconds(6), random: 0)
        #expect(machine.next(now: .seconds(8), date: date, random: 0) == .read)
        machine.failed(isConflict: false, now: .seconds(10), random: 0)
        #expect(machine.next(now: .seconds(10), date: date, random: 0) == .wait(.seconds(1)))
        #expect(!machine.isLeading(now: .seconds(11)))
        #expect(machine.next(now: .seconds(11), date: date, random: 0) == .lost)
        machine.observed(lease("me", version: "1"), now: .seconds(12))
        #expect(machine.next(now: .seconds(12), date: date, random: 0) == .lost)
    }

    @Test func aReleasedLeaseIsTakenAtOnce() {
        var machine = LeaseMachine(identity: "me")
        machine.observed(lease("me", version: "1"), now: .zero)
        _ = machine.next(now: .zero, date: date, random: 0)
        machine.wrote(lease("me", version: "2"), now: .zero)
        machine.release()
        #expect(!machine.isLeading(now: .zero))
        guard case .update(let spec, ifVersion: "2") = machine.next(now: .zero, date: date, random: 0) else {
            Issue.record("did not give back")
            return
        }
        #expect(spec.holderIdentity == nil)
        #expect(spec.leaseDurationSeconds == 1)
        machine.wrote(lease(nil, version: "3", seconds: 1), now: .zero)
        #expect(machine.next(now: .zero, date: date, random: 0) == .released)
        var other = LeaseMachine(identity: "other")
        other.observed(lease("", version: "3", seconds: 1), now: .zero)
        guard case .update(_, ifVersion: "3") = other.next(now: .zero, date: date, random: 0) else {
            Issue.record("did not take a free lease")
            return
        }
    }

    /// Three hosts with clocks that show anything and run at different rates, a network that delays and loses.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func twoNeverLeadAtATime(seed: UInt64) {
        var simulation = LeaseSimulation(seed: seed)
        for _ in 0..<20_000 {
            simulation.step()
            let leaders = simulation.leaders
            guard leaders.count > 1 else { continue }
            Issue.record("seed \(seed), at \(simulation.time): \(leaders)")
            return
        }
        #expect(simulation.timeWithLeader > 0.3, "seed \(seed): hardly anyone ever led")
        #expect(simulation.terms > 1, "seed \(seed): the lease never changed hands")
    }
}
