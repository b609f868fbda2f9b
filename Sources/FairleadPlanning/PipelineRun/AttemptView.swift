public import FairleadAPI
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
    /// Whether the pod says that it was pending for too long, and has not started since.
    public var isOverdue = false
    /// When the pod was made.
    public var createdAt: Date?
    /// When the first attempt's pod was made.
    public var firstCreatedAt: Date?
    /// When the program started.
    public var startedAt: Time?
    /// When the attempt ended.
    public var endedAt: Time?
    /// What the attempt is, where it is no pod but a nested run or a training job.
    public var child: ResourceType?
    /// Whether the pod waits until a queue admits it.
    public var isGated = false
    /// Whether a queue decides when the pod may start.
    public var isQueued = false
    /// The files that it wrote, where it ended well.
    public var artifacts: [String: ArtifactReference] = [:]
    /// The image that ran, by digest.
    public var imageID: String?
    /// Where its log is kept, nil where it is not.
    public var log: String?
    /// What it computes, nil where that is not cached.
    public var computation: String?
    /// The key of the code that it runs, nil where it runs none that has a commit.
    public var codeKey: String?
    /// The commits to which code was resolved, where the attempt resolved them.
    public var code: [ResolvedCode] = []
    /// The versions of models that it registered itself.
    public var models: [String] = []

    /// Whether the end of its log has to be read to be told.
    public var hidesLog = false

    /// What it waits for, where it is pending.
    public var waitsFor: String {
        if case .pending(_, let message) = outcome { message } else { "" }
    }

    /// Whether the attempt ended well.
    public var hasSucceeded: Bool { outcome.isSuccess }
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
        outcome = PodOutcome.judge(
            pod, results: shape.results, artifacts: shape.artifacts)
        if case .failed = outcome { hidesLog = PodOutcome.hidesLog(pod, shape.results) }
        if outcome.isSuccess { artifacts = PodArtifacts.references(pod, declared: shape.artifacts) }
        imageID = pod.mainStatus?.imageID.flatMap { $0.isEmpty ? nil : $0 }
        log = PodArtifacts.log(pod)
        codeKey = annotations[PodNaming.codeAnnotation]
        computation = annotations[PodNaming.computationAnnotation]
        code = PodCode.resolved(pod).map { [$0] } ?? []
        isHeld = pod.metadata.finalizers.contains(PodNaming.outcomeFinalizer)
        isBeingDeleted = pod.metadata.isBeingDeleted
        if case .pending = outcome { isOverdue = annotations[PodNaming.overdueAnnotation] != nil }
        createdAt = pod.metadata.creationTimestamp?.date
        firstCreatedAt = annotations[PodNaming.firstAttemptAnnotation].flatMap { Time($0)?.date } ?? createdAt
        startedAt = pod.startedAt
        endedAt = pod.endedAt
        isGated = pod.isGated
        isQueued = pod.metadata.labels[PodNaming.queueLabel] != nil
    }

    /// Reads a nested run.
    public init(_ run: PipelineRun) {
        self.init(.pipelineRun, run.metadata, PodOutcome(run))
        startedAt = run.status.startTime
        endedAt = run.status.completionTime
    }

    /// Reads a training job.
    public init(_ job: TrainingJob) {
        self.init(.trainingJob, job.metadata, PodOutcome(job))
        startedAt = job.status.startTime
        endedAt = job.status.completionTime
        isGated = job.status.phase == .queued
        artifacts = job.status.phase == .succeeded ? job.status.artifacts : [:]
        models = job.status.phase == .succeeded ? job.status.models : []
        code = job.status.commits.sorted { $0.key < $1.key }.map { ResolvedCode(key: $0.key, commit: $0.value) }
    }

    private init(_ type: ResourceType, _ metadata: ObjectMeta, _ outcome: PodOutcome) {
        pod = metadata.name
        uid = metadata.uid
        resourceVersion = metadata.resourceVersion
        attempt = max(metadata.annotations[PodNaming.attemptAnnotation].flatMap { Int($0) } ?? 1, 1)
        failures = 0
        disruptions = 0
        self.outcome = outcome
        isHeld = false
        isBeingDeleted = metadata.isBeingDeleted
        createdAt = metadata.creationTimestamp?.date
        firstCreatedAt = createdAt
        child = type
    }
}

extension PodOutcome {
    /// How a nested run stands.
    init(_ run: PipelineRun) {
        let status = run.status
        let story = "run \(run.metadata.name)" + (status.message.map { ": \($0)" } ?? "")
        switch status.phase {
        case .succeeded: self = .succeeded(results: status.results)
        case .failed: self = .failed(reason: status.reason ?? .exitCode, message: story, exitCode: nil)
        case .stopped: self = .failed(reason: status.reason ?? .stopped, message: story, exitCode: nil)
        case .running, .suspended: self = .running(since: status.startTime)
        case .pending, .queued, nil: self = .pending(reason: status.reason, message: status.message ?? "")
        }
    }

    /// How a training job stands.
    init(_ job: TrainingJob) {
        let status = job.status
        let story = "job \(job.metadata.name)" + (status.message.map { ": \($0)" } ?? "")
        switch status.phase {
        case .succeeded: self = .succeeded(results: status.results)
        case .failed: self = .failed(reason: status.reason ?? .exitCode, message: story, exitCode: nil)
        case .stopped: self = .failed(reason: status.reason ?? .stopped, message: story, exitCode: nil)
        case .running, .restarting, .suspended: self = .running(since: status.startTime)
        case .pending, .queued, nil: self = .pending(reason: status.reason, message: status.message ?? "")
        }
    }
}
