public import FairleadAPI
public import Foundation
import HeapModule
import KubernetesCore

/// A job's pods folded into a value, so that planning costs what changed and not what there is.
///
/// All pods of the gang's newest attempt are *current*; where replicas are made again one by one, the newest pod of
/// each is. Every other pod is *stale* and must go, whatever it says.
///
/// Guarantees: folding the newest view of each pod, in any order and any number of times, gives the same table as
/// rebuilding it from a list.
public struct GangTable: Sendable {
    /// The gang's roles and budgets.
    public let shape: GangShape
    /// The gang's newest attempt, from 1; nothing of it is done before the job's status tells it.
    public internal(set) var attempt: Int
    /// The newest attempt that stands in the status.
    public internal(set) var recordedAttempt: Int
    /// How often the gang was started again after a failure.
    public internal(set) var restarts: Int
    /// Attempts of the gang that its program ended.
    public internal(set) var failures: Int
    /// Attempts of the gang that the platform ended.
    public internal(set) var disruptions: Int
    /// The current pod of each member, by ordinal.
    public internal(set) var members: [MemberView?]
    /// How the current pods of each role stand.
    public internal(set) var counts: [RoleCounts]
    /// Pods that must go, by name.
    public internal(set) var stale: [String: MemberView] = [:]
    /// Why the newest attempt was begun after another one; nil where it was for no failure.
    public internal(set) var lastCause: FirstCause?
    /// Whether the newest attempt began after a failure.
    public internal(set) var isAfterFailure = false
    /// When the newest attempt may start, nil where nothing delays it.
    public internal(set) var restartAt: Date?
    /// Whether all of the newest attempt ran at once.
    public internal(set) var hasRun: Bool
    /// Whether the job has no pods because somebody wants it so.
    public internal(set) var isSuspended: Bool
    /// The commits to which the job's code was resolved, by code key; the first pod that fetched it decides.
    public internal(set) var commits: [String: String]
    /// The versions of models that the leader's artifacts became; nil while they are not registered.
    public internal(set) var models: [String]?
    /// What the newest attempt's pods need beside themselves; nil while it is not made.
    public internal(set) var gang: GangScheduling?
    /// Why the job's pods can't be made at all.
    public internal(set) var refusal: TaskProblem?
    /// Counts the changes of what the status shows.
    var revision = 1
    /// The newest of them that stands in the status.
    var flushedRevision = 0
    /// When the status was last flushed.
    public internal(set) var lastFlush: Date?
    /// How many pods may be made in one step; doubles while that goes well.
    public internal(set) var createWindow = RunTable.smallestWindow

    /// What is to be told with the next status.
    var events: [PlannedEvent] = []
    /// Members whose current pod ended otherwise than well, or is about to.
    var failing: Set<Int> = []
    /// Members of whose current pod something says that the platform did something.
    var troubled: Set<Int> = []
    /// Members whose current pod runs another commit than the others.
    var strays: Set<Int> = []
    /// Stale pods whose programs may still run.
    var staleAlive: Set<String> = []
    /// Stale pods that our finalizer keeps.
    var staleHeld: Set<String> = []
    /// Stale pods whose deletion is to be asked for.
    var staleUndeleted: Set<String> = []
    /// Ended pods of failed attempts that are released with a word about their end, and stay.
    var keepsakes: [String: MemberView] = [:]
    /// Pods on lost nodes whose time to end is over, by name.
    var overdue: [String: MemberView] = [:]
    /// When each deleted pod on a lost node is deleted by force.
    var forceTimers = Heap<PodTimer>()
    /// Stale pods that others wait for longer than they need to end.
    var staleLingering: Set<String> = []
    /// Pods that were told to hurry, which they are once.
    var hurried: Set<String> = []
    /// Since when a member's end is known that is not what it should be.
    var failingSince: Date?
    /// What the API server refuses for now; nil where it takes everything.
    public internal(set) var hindrance: Hindrance?
    /// When the first current pod was made.
    var firstCreated: Date?
    /// When the gang was first seen without a queue's gates.
    var admitted: Date?
    /// What happens to replicas that are made again one by one.
    var replicas: ReplicaRestarts

    /// How long a pod on a lost node may outlive the time that it has to end.
    static let forceGrace: TimeInterval = 30
    /// How long after a program's end a peer may tell what caused it: kubelets report once a second or so.
    static let settleTime: TimeInterval = 3

    /// A table of a job without pods.
    ///
    /// - Parameters:
    ///   - shape: The gang.
    ///   - status: The job's status, which tells what was decided before.
    public init(shape: GangShape, status: TrainingJobStatus = TrainingJobStatus()) {
        self.shape = shape
        attempt = max(1, status.attempt ?? 1)
        recordedAttempt = status.attempt ?? 0
        let countsGangs = shape.scope == .gang
        restarts = countsGangs ? status.restarts ?? 0 : 0
        failures = countsGangs ? status.failures ?? 0 : 0
        disruptions = countsGangs ? status.disruptions ?? 0 : 0
        commits = status.commits
        let isRestarting = status.conditions[type: JobCondition.restarting.rawValue]
        // A gang that has lost a replica has run before.
        let hasLostReplica = shape.scope == .replica && isRestarting?.status == .isTrue
        hasRun = hasLostReplica || status.conditions[type: JobCondition.running.rawValue]?.status == .isTrue
        isSuspended = status.phase == .suspended || status.phase == .queued
        members = Array(repeating: nil, count: shape.count)
        counts = Array(repeating: RoleCounts(), count: shape.roles.count)
        replicas = ReplicaRestarts(status: status, shape: shape)
        if shape.scope == .gang, let isRestarting, isRestarting.status == .isTrue {
            // What failed is told by the status alone: its pods are gone, or about to go.
            let count = max(1, isUserFailure(status.reason) ? failures : disruptions)
            let delay = shape.backoff.delay(afterFailures: count).seconds
            isAfterFailure = true
            restartAt = isRestarting.lastTransitionTime.date.addingTimeInterval(delay)
        }
    }

    private func isUserFailure(_ reason: Reason?) -> Bool {
        switch reason {
        case .preempted, .evicted, .nodeLost, .artifactStoreFailed: false
        default: true
        }
    }

    /// Whether anything that the status shows has changed since the last flush.
    public var isStatusDirty: Bool { revision != flushedRevision }

    /// Whether there are current pods.
    public var hasPods: Bool { counts.contains { $0.present > 0 } }

    /// Whether pods of an older attempt may still run, so that nothing of the next one may be made.
    public var isClearing: Bool { !staleAlive.isEmpty }

    /// How many pods have not ended, those that are about to go among them.
    public var activePods: Int { counts.reduce(0) { $0 + $1.active } + staleAlive.count }

    /// The leader's current pod.
    public var leader: MemberView? { members.indices.contains(shape.leader) ? members[shape.leader] : nil }

    /// Whether enough of every role runs, or has succeeded.
    public var isUp: Bool { zip(shape.roles, counts).allSatisfy { $0.minimum <= $1.up } }

    /// Whether the members on which a launcher waits are ready.
    public var isReadyForLauncher: Bool {
        zip(shape.roles, counts).allSatisfy { $0.isLauncher || $0.minimum <= $1.ready + $1.succeeded }
    }

    /// Restarts, those of single replicas among them.
    public var totalRestarts: Int { restarts + replicas.restarts }
    /// Failures of the program, those of single replicas among them.
    public var totalFailures: Int { failures + replicas.failures }
    /// Failures of the platform, those of single replicas among them.
    public var totalDisruptions: Int { disruptions + replicas.disruptions }

    /// Pods that are told to hurry: others wait for them, since something ended the attempt, or the member, that they
    /// belong to.
    var lingering: [MemberView] {
        var views = isAfterFailure ? staleLingering.compactMap { stale[$0] } : []
        if replicas.isActive { views += failing.compactMap { members[$0] }.filter(\.lingers) }
        return views.filter { !hurried.contains($0.pod) }.sorted { $0.pod < $1.pod }
    }

    /// Every pod that our finalizer keeps, in a fixed order.
    public var held: [MemberView] {
        (members.compactMap(\.self) + stale.values).filter(\.isHeld).sorted { $0.pod < $1.pod }
    }
}

/// How the current pods of a role stand.
public struct RoleCounts: Sendable, Hashable {
    /// How many there are.
    public internal(set) var present = 0
    /// How many have not ended.
    public internal(set) var active = 0
    /// How many are ready.
    public internal(set) var ready = 0
    /// How many run or have succeeded.
    public internal(set) var up = 0
    /// How many have succeeded.
    public internal(set) var succeeded = 0
    /// How many have ended otherwise.
    public internal(set) var failed = 0
    /// How many wait for a queue.
    public internal(set) var gated = 0
    /// How many a queue decides about.
    public internal(set) var queued = 0

    mutating func count(_ view: MemberView, _ sign: Int) {
        present += sign
        if view.isGated { gated += sign }
        if view.isQueued { queued += sign }
        if !view.hasEnded { active += sign }
        if view.isReady, !view.hasEnded { ready += sign }
        if view.isUp { up += sign }
        if view.outcome.isSuccess {
            succeeded += sign
        } else if view.hasEnded {
            failed += sign
        }
    }
}

/// A moment at which a pod must be looked at again.
struct PodTimer: Comparable, Sendable {
    var due: Date
    var pod: String

    static func < (left: PodTimer, right: PodTimer) -> Bool { (left.due, left.pod) < (right.due, right.pod) }
}
