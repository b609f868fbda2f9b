public import FairleadAPI
import Foundation
import KubernetesCore

/// A service that a task of a run waits for, and the versions of models that it should serve.
public struct AwaitedService: Sendable, Hashable {
    /// How a service stands that was applied.
    enum Outcome: Hashable {
        /// It is on its way.
        case underWay(String)
        /// A model that it names is not there, or not yet.
        case lacksModel(String)
        /// It can't serve what was asked for.
        case failed(Reason, String)
        /// It serves what was asked for.
        case finished(String, results: [String: JSONValue])
    }

    /// The service.
    public var service: InferenceService
    /// The versions that aliases mean now which the service follows, by the reference; nil where a version that asks
    /// for the alias has not been looked at yet.
    public var versions: [ModelReference: Int64?]

    /// Describes a service.
    public init(service: InferenceService, versions: [ModelReference: Int64?]) {
        self.service = service
        self.versions = versions
    }

    /// Whether one of its revisions is taking over from another.
    var isMoving: Bool { service.status.rollouts.contains { $0.candidate != nil } }

    /// How it stands for a task that applied it.
    ///
    /// - Parameters:
    ///   - applied: What the task applied.
    ///   - opened: When the task's time had come: what was rolled back before is not its doing.
    func outcome(of applied: AppliedService, since opened: Date) -> Outcome {
        let (status, name) = (service.status, "inferenceservice/\(service.metadata.name)")
        guard service.metadata.uid == applied.uid, !service.metadata.isBeingDeleted else {
            return .failed(.cancelled, "\(name) was deleted")
        }
        guard status.observedGeneration ?? 0 >= applied.generation else { return .underWay("waits for \(name)") }
        let message = status.message.map { "\(name): \($0)" } ?? name
        switch status.phase {
        case .suspended: return .finished("\(name) is suspended", results: results)
        case .invalid: return .failed(.invalidSpec, message)
        default: break
        }
        for rollout in status.rollouts {
            let isRecent = applied.hasMoved || rollout.startedAt.map { $0.date >= opened } ?? false
            if rollout.failed != nil || (rollout.phase == .rolledBack && isRecent) {
                return .failed(.rolledBack, "\(name): \(rollout.message ?? "the rollout was taken back")")
            }
        }
        switch status.reason {
        case .modelMissing: return .lacksModel(message)
        case .noRuntime, .runtimeDisabled, .nameTaken, .invalidSpec:
            return .failed(status.reason ?? .invalidSpec, message)
        default: break
        }
        if status.phase == .failed { return .failed(status.reason ?? .modelLoadFailed, message) }
        if isMoving {
            return .underWay(status.rollouts.compactMap(\.message).first.map { "\(name): \($0)" } ?? message)
        }
        guard status.phase == .ready || status.phase == .sleeping else { return .underWay(message) }
        if let reference = versions.keys.first(where: { !serves($0) }) {
            return .underWay("\(name) waits for \(reference)")
        }
        return .finished("\(name) serves \(status.model ?? "")", results: results)
    }

    private var results: [String: JSONValue] {
        var results: [String: JSONValue] = [:]
        if let url = service.status.url { results["url"] = .string(url) }
        if let model = service.status.model { results["model"] = .string(model) }
        return results
    }

    /// Whether what serves is the version that an alias means now.
    private func serves(_ reference: ModelReference) -> Bool {
        guard let version = versions[reference] ?? nil else { return false }
        let wanted = ModelReference(model: reference.model, .version(version)).description
        return service.status.revisions.contains { $0.model == wanted && ($0.weight > 0 || $0.mirror ?? 0 > 0) }
    }
}
