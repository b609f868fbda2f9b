import FairleadAPI
public import Foundation
public import KubernetesCore

/// One attempt of a task as its pod tells it: what a ``RunTable`` keeps of a pod.
public struct AttemptView: Sendable, Hashable {
    /// The pod's name.
    public var pod: String
    /// The pod's identity.
    public var uid: String
    /// The version of the pod that was read.
    public var resourceVersion: ResourceVersion?
    /// The attempt, from 1.
    public var attempt: Int
    /// Failures of the program before this attempt.
    public var failures: Int
    /// Failures of the platform before this attempt.
    public var disruptions: Int
    /// How the attempt stands.
    public var outcome: PodOutcome
    /// Whether our finalizer still keeps the pod.
    public var isHeld: Bool
    /// Whether deletion was asked for.
    public var isBeingDeleted: Bool
    /// When the pod was made.
    public var createdAt: Date?
    /// When the first attempt's pod was made.
    public var firstCreatedAt: Date?
    /// When the program started.
    public var startedAt: Time?
    /// When the attempt ended.
    public var endedAt: Time?
}

extension AttemptView {
    /// Reads a pod; counts that are missing or no numbers fall back to those of a first attempt.
    public init(_ pod: PodView, shape: RunShape.TaskShape) {
        let annotations = pod.metadata.annotations
        func count(_ name: String, atLeast least: Int) -> Int {
            min(max(annotations[name].flatMap { Int($0) } ?? least, least), 1_000_000)
        }
        self.pod = pod.metadata.name
        uid = pod.metadata.uid
        resourceVersion = pod.metadata.resourceVersion
        attempt = count(PodNaming.attemptAnnotation, atLeast: 1)
        failures = count(PodNaming.failuresAnnotation, atLeast: 0)
        disruptions = count(PodNaming.disruptionsAnnotation, atLeast: 0)
        outcome = PodOutcome.judge(pod, results: shape.results, pendingTimeout: shape.pendingTimeout)
        isHeld = pod.metadata.finalizers.contains(PodNaming.outcomeFinalizer)
        isBeingDeleted = pod.metadata.isBeingDeleted
        createdAt = pod.metadata.creationTimestamp?.date
        firstCreatedAt = annotations[PodNaming.firstAttemptAnnotation].flatMap { Time($0)?.date } ?? createdAt
        startedAt = pod.startedAt
        endedAt = pod.endedAt
    }
}
