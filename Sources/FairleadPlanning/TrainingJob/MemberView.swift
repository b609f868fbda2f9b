public import FairleadAPI
public import Foundation
public import KubernetesCore

/// One pod of a job as it tells itself: what a ``GangTable`` keeps of it.
public struct MemberView: Sendable, Hashable {
    /// The pod's name.
    public var pod: String
    /// The pod's identity.
    public var uid: String
    /// The version of the pod that was read.
    public var resourceVersion: ResourceVersion?
    /// Which member of the gang it is.
    public var ordinal: Int
    /// The attempt of the gang to which it belongs, from 1.
    public var gangAttempt: Int
    /// The member's own attempt: that of the gang, and one more for each time the member alone was made again.
    public var attempt: Int
    /// Failures of the program before it.
    public var failures: Int
    /// Failures of the platform before it.
    public var disruptions: Int
    /// How it stands.
    public var outcome: PodOutcome
    /// Whether our finalizer still keeps the pod.
    public var isHeld: Bool
    /// Whether the pod's end is recorded, for which it may be kept.
    public var isRecorded: Bool
    /// Whether deletion was asked for.
    public var isBeingDeleted: Bool
    /// Whether the pod is gone although nobody was done with it.
    public var isGone = false
    /// Whether the pod is ready.
    public var isReady: Bool
    /// Whether the pod waits until a queue admits it.
    public var isGated: Bool
    /// Whether a queue decides when the pod may start.
    public var isQueued: Bool
    /// Whether its programs have as long to end as `store` has for its upload, and not only as long as they need.
    public var mayStoreLong: Bool
    /// The node on which it is.
    public var node: String?
    /// When the pod was made.
    public var createdAt: Date?
    /// When its program ended, and `store` after it.
    public var endedAt: Time?
    /// When its program itself ended.
    var programEndedAt: Date?
    /// How its program ended otherwise than well, where what stands beside it still stores files.
    var programFailure: PodOutcome?
    /// When its deletion was asked for.
    public var deletionAskedAt: Date?
    /// When the time is over that a deleted pod has to end.
    public var deletionDue: Date?
    /// How many seconds a deleted pod has to end.
    var deletionGrace: Int64?
    /// What the platform did to it, nil where it did nothing.
    public var disruption: PodDisruption?
    /// Since when nothing is heard of its node, nil while something is.
    public var silentSince: Date?
    /// The files that it wrote, where it ended well.
    public var artifacts: [String: ArtifactReference] = [:]
    /// The image that ran, by digest.
    public var imageID: String?
    /// The commit to which its code was resolved, where it resolved it.
    public var code: ResolvedCode?

    /// Reads a pod; counts that are missing or no numbers fall back to those of a first attempt.
    public init(_ pod: PodView, ordinal: Int, shape: GangShape) {
        let annotations = pod.metadata.annotations
        func count(_ name: String, atLeast least: Int) -> Int? {
            annotations[name].flatMap { Int($0) }.map { min(max($0, least), 1_000_000) }
        }
        self.pod = pod.metadata.name
        uid = pod.metadata.uid
        mayStoreLong = pod.spec.terminationGracePeriodSeconds == PodBuilder.storeSeconds
        resourceVersion = pod.metadata.resourceVersion
        self.ordinal = ordinal
        attempt = count(PodNaming.attemptAnnotation, atLeast: 1) ?? 1
        gangAttempt = count(PodNaming.gangAttemptAnnotation, atLeast: 1) ?? attempt
        failures = count(PodNaming.failuresAnnotation, atLeast: 0) ?? 0
        disruptions = count(PodNaming.disruptionsAnnotation, atLeast: 0) ?? 0
        let isLeader = ordinal == shape.leader
        outcome = PodOutcome.judge(
            pod, results: isLeader ? shape.results : [], artifacts: isLeader ? shape.artifacts : [])
        if isLeader, outcome.isSuccess { artifacts = PodArtifacts.references(pod, declared: shape.artifacts) }
        isHeld = pod.metadata.finalizers.contains(PodNaming.outcomeFinalizer)
        isRecorded = pod.metadata.labels[FairleadLabel.recorded] != nil
        isBeingDeleted = pod.metadata.isBeingDeleted
        isReady = pod.isReady
        isGated = pod.isGated
        isQueued = pod.metadata.labels[PodNaming.queueLabel] != nil
        node = pod.spec.nodeName
        createdAt = pod.metadata.creationTimestamp?.date
        endedAt = pod.endedAt
        programEndedAt = pod.mainStatus?.state?.terminated?.finishedAt?.date
        deletionAskedAt = pod.deletionAskedAt?.date
        deletionDue = pod.metadata.deletionTimestamp?.date
        deletionGrace = pod.metadata.deletionGracePeriodSeconds
        programFailure = PodOutcome.programFailure(pod)
        disruption = PodDisruption(pod)
        silentSince = pod.silentSince
        imageID = pod.mainStatus?.imageID.flatMap { $0.isEmpty ? nil : $0 }
        code = PodCode.resolved(pod)
    }

    /// Whether it ended well.
    public var hasSucceeded: Bool { outcome.isSuccess }

    /// Whether its program runs, or has ended well.
    var isUp: Bool {
        switch outcome {
        case .running: !isBeingDeleted
        case .succeeded: true
        case .pending, .failed, .disrupted: false
        }
    }

    /// Whether no program of it runs any more.
    var hasEnded: Bool { isGone || outcome.isTerminal }

    /// Whether nothing is heard of its node any more, or its node was given up.
    var isOnLostNode: Bool { silentSince != nil || disruption?.reason == .nodeLost }

    /// Where it is, for people.
    var place: String { "pod \(pod)" + (node.map { " on node \($0)" } ?? "") }

    /// What ended it, or is about to: nil while it goes on, and where it ended well.
    var cause: FirstCause? {
        switch outcome {
        case .succeeded: return nil
        case .failed:
            return FirstCause(self, outcome, at: programEndedAt ?? endedAt?.date ?? deletionAskedAt ?? createdAt)
        case .disrupted:
            let told = [disruption?.at, silentSince, deletionAskedAt, endedAt?.date].earliest
            return FirstCause(self, outcome, at: told ?? createdAt)
        case .pending, .running:
            guard isBeingDeleted || isGone else { return nil }
            if case .failed? = programFailure { return evidence }
            return FirstCause(
                self, deletion, at: [disruption?.at, silentSince, deletionAskedAt].earliest ?? createdAt)
        }
    }

    /// What befell it before it ends, and may have ended others: nil where nothing did.
    var evidence: FirstCause? {
        if let disruption { return FirstCause(self, deletion, at: [disruption.at, silentSince].earliest) }
        if let silentSince {
            let outcome = PodOutcome.disrupted(
                reason: .nodeLost, message: "nothing is heard of \(place) any more")
            return FirstCause(self, outcome, at: silentSince)
        }
        return programFailure.map { FirstCause(self, $0, at: programEndedAt) }
    }

    /// Whether others wait for it longer than its program needs to end: its deletion gave it the time of an upload.
    var lingers: Bool {
        isBeingDeleted && !hasEnded && mayStoreLong && (deletionGrace ?? 0) > TrainingJobPlanner.hurriedGrace
    }

    /// What a deletion that was not ours means.
    private var deletion: PodOutcome {
        if let disruption {
            return .disrupted(reason: disruption.reason, message: "\(place) \(disruption.story)")
        }
        if silentSince != nil {
            return .disrupted(reason: .nodeLost, message: "\(place) was deleted: nothing is heard of its node")
        }
        return .disrupted(reason: .evicted, message: "\(place) was deleted\(node == nil ? " before it started" : "")")
    }

    /// Takes the news that the pod is gone.
    mutating func vanish() {
        if !outcome.isTerminal { outcome = programFailure ?? deletion }
        isGone = true
        isHeld = false
    }
}

extension [Date?] {
    /// The earliest of those that are known.
    fileprivate var earliest: Date? { compactMap(\.self).min() }
}
