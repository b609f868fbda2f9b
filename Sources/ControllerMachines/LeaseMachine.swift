public import Foundation
public import KubernetesCore

/// Decides who leads by a Lease, without trusting any clock but the host's own, and of that only its rate.
///
/// A driver asks for the next ``Action``, performs it, and reports the outcome: ``observed(_:now:)``,
/// ``wrote(_:now:)`` or ``failed(isConflict:now:random:)``.
///
/// Guarantees: two machines lead at the same time only where one host's clock runs faster than another's by more than
/// `leaseDuration / renewDeadline`. A leader counts from before it sent its last renewal, a candidate from when it
/// saw that renewal.
///
/// Assumptions: writes are conditional on the version that was read.
public struct LeaseMachine: Sendable {
    /// How long things take.
    public struct Timing: Sendable, Hashable {
        /// For how long a candidate leaves a lease alone that it saw change.
        public var leaseDuration: Duration
        /// For how long a leader leads after its last renewal.
        public var renewDeadline: Duration
        /// How often a leader renews and a candidate looks.
        public var retryPeriod: Duration

        /// Describes how long things take; each must be shorter than the one before.
        public init(
            leaseDuration: Duration = .seconds(15), renewDeadline: Duration = .seconds(10),
            retryPeriod: Duration = .seconds(2)
        ) {
            self.leaseDuration = leaseDuration
            self.renewDeadline = renewDeadline
            self.retryPeriod = retryPeriod
        }

        /// Whether a lease with these times can be kept.
        public var isValid: Bool {
            retryPeriod > .zero && renewDeadline / .seconds(1) > (retryPeriod / .seconds(1)) * 1.2
                && leaseDuration > renewDeadline && leaseDuration >= .seconds(1)
        }
    }

    /// What to do next.
    public enum Action: Sendable, Hashable {
        /// Read the lease.
        case read
        /// Make the lease.
        case create(LeaseSpec)
        /// Change the lease if it still has that version.
        case update(LeaseSpec, ifVersion: ResourceVersion)
        /// Wait, then ask again.
        case wait(Duration)
        /// Nothing ever again: the lease was lost.
        case lost
        /// Nothing ever again: the lease was given back.
        case released
    }

    private enum Phase: Sendable, Hashable { case candidate, leading, lost, releasing, released }

    private struct Record: Sendable {
        var spec: LeaseSpec
        var version: ResourceVersion?
    }

    private let identity: String
    private let timing: Timing
    private var phase = Phase.candidate
    private var record: Record?
    /// When this host saw the record change.
    private var changeSeenAt: Duration = .zero
    private var mustRead = true
    private var waitsUntil: Duration?
    private var attemptBegan: Duration = .zero
    private var leadsUntil: Duration?

    /// A candidate that knows nothing yet.
    ///
    /// - Parameters:
    ///   - identity: Unique among all candidates, and new for each process.
    ///   - timing: How long things take.
    public init(identity: String, timing: Timing = Timing()) {
        self.identity = identity
        self.timing = timing
    }

    /// Until when this machine may lead unless it renews; nil where it does not lead.
    public var deadline: Duration? { phase == .leading ? leadsUntil : nil }

    /// Who held the lease when it was last read or written.
    public var holder: String? { record?.spec.holderIdentity.flatMap { $0.isEmpty ? nil : $0 } }

    /// How often the lease went from one holder to another, as it was when it was last read or written.
    public var transitions: Int { max(0, record?.spec.leaseTransitions ?? 0) }

    /// Whether this machine leads.
    public func isLeading(now: Duration) -> Bool {
        guard phase == .leading, let leadsUntil else { return false }
        return now < leadsUntil
    }

    /// What to do next.
    ///
    /// - Parameters:
    ///   - now: Monotonic time of this host.
    ///   - date: What the host's clock shows; only told to others, never compared.
    ///   - random: From 0 to 1.
    public mutating func next(now: Duration, date: Date, random: Double) -> Action {
        if phase == .leading, let leadsUntil, now >= leadsUntil { phase = .lost }
        switch phase {
        case .lost: return .lost
        case .released: return .released
        case .candidate, .leading, .releasing: break
        }
        if let until = waitsUntil {
            let end = min(until, deadline ?? until)
            if now < end { return .wait(end - now) }
            waitsUntil = nil
        }
        if mustRead { return .read }
        switch phase {
        case .candidate: return compete(now: now, date: date, random: random)
        case .leading: return renew(now: now, date: date)
        default: return giveBack(date: date)
        }
    }

    /// Takes what a read brought; nil where there is no lease.
    public mutating func observed(_ lease: LeaseView?, now: Duration) {
        mustRead = false
        guard let lease else {
            record = nil
            if phase == .leading { phase = .lost }
            if phase == .releasing { phase = .released }
            return
        }
        let version = lease.metadata.resourceVersion
        if record == nil || record?.version != version || record?.spec != lease.spec { changeSeenAt = now }
        record = Record(spec: lease.spec, version: version)
        if holder == identity { return }
        if phase == .leading { phase = .lost }
        if phase == .releasing { phase = .released }
    }

    /// Takes the lease as a write left it.
    public mutating func wrote(_ lease: LeaseView, now: Duration) {
        record = Record(spec: lease.spec, version: lease.metadata.resourceVersion)
        changeSeenAt = now
        mustRead = false
        switch phase {
        case .candidate, .leading:
            guard holder == identity else {
                mustRead = true
                return
            }
            phase = .leading
            leadsUntil = attemptBegan + timing.renewDeadline
            waitsUntil = now + timing.retryPeriod
        case .releasing: phase = .released
        case .lost, .released: break
        }
    }

    /// Notes that a read or a write failed, or that its outcome is not known.
    public mutating func failed(isConflict: Bool, now: Duration, random: Double) {
        // What was written may be there all the same: only a read tells.
        mustRead = true
        if isConflict, phase != .candidate { return }
        waitsUntil = now + delay(random)
    }

    /// Gives the lease back; to be called once nothing of the leader's work runs any more.
    public mutating func release() {
        switch phase {
        case .leading:
            phase = .releasing
            waitsUntil = nil
        case .candidate: phase = .released
        case .lost, .releasing, .released: break
        }
    }

    private mutating func compete(now: Duration, date: Date, random: Double) -> Action {
        guard let record else {
            attemptBegan = now
            return .create(spec(date: date, acquired: date, transitions: 0))
        }
        let isHeldByOther = holder != nil && holder != identity
        if isHeldByOther, now - changeSeenAt < duration(of: record.spec) {
            waitsUntil = now + delay(random)
            mustRead = true
            return .wait(delay(random))
        }
        guard let version = record.version else {
            mustRead = true
            return .wait(timing.retryPeriod)
        }
        attemptBegan = now
        let transitions = record.spec.leaseTransitions ?? 0
        if holder == identity {
            let acquired = record.spec.acquireTime?.date ?? date
            return .update(spec(date: date, acquired: acquired, transitions: transitions), ifVersion: version)
        }
        let next = transitions >= Int(Int32.max) ? 0 : max(0, transitions) + 1
        return .update(spec(date: date, acquired: date, transitions: next), ifVersion: version)
    }

    private mutating func renew(now: Duration, date: Date) -> Action {
        guard let record, let version = record.version else {
            mustRead = true
            return .read
        }
        attemptBegan = now
        let acquired = record.spec.acquireTime?.date ?? date
        return .update(
            spec(date: date, acquired: acquired, transitions: record.spec.leaseTransitions ?? 0), ifVersion: version)
    }

    private mutating func giveBack(date: Date) -> Action {
        guard let record, let version = record.version else {
            phase = .released
            return .released
        }
        let spec = LeaseSpec(
            holderIdentity: nil, leaseDurationSeconds: 1, acquireTime: record.spec.acquireTime,
            renewTime: MicroTime(date), leaseTransitions: record.spec.leaseTransitions)
        return .update(spec, ifVersion: version)
    }

    private func spec(date: Date, acquired: Date, transitions: Int) -> LeaseSpec {
        LeaseSpec(
            holderIdentity: identity,
            leaseDurationSeconds: Int((timing.leaseDuration / .seconds(1)).rounded(.up)),
            acquireTime: MicroTime(acquired), renewTime: MicroTime(date), leaseTransitions: transitions)
    }

    /// For how long the holder asked to be left alone.
    private func duration(of spec: LeaseSpec) -> Duration {
        spec.leaseDurationSeconds.map { .seconds(max(1, min($0, 86_400))) } ?? timing.leaseDuration
    }

    /// The retry period with jitter, so that candidates do not move in step.
    private func delay(_ random: Double) -> Duration {
        let period = timing.retryPeriod / .seconds(1)
        return .seconds(period * (1 + 1.2 * max(0, min(1, random))))
    }
}
