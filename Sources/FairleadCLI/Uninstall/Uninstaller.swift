import ControllerRuntime
import FairleadAPI
import FairleadControllers
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Ends the controller and lets go of every pod and every version of a model that it kept, so that nothing of Fairlead
/// holds up a deletion.
///
/// Guarantees: a pod is released only after the controller's pods are gone, so none is kept anew; it needs none of
/// Fairlead's kinds, works in namespaces that are being deleted, and may be cut off and run again at any moment.
///
/// Assumptions: a controller that is not the Deployment's was ended before. One that keeps pods all the same is told.
struct Uninstaller: Sendable {
    static let deployment = ResourceType(group: "apps", version: "v1", kind: "Deployment", plural: "deployments")

    let client: Client
    /// The controller's Deployment.
    let controller: ObjectKey
    /// Where pods are released; empty for all namespaces.
    var namespaces: [String] = []
    var clock: any RuntimeClock = SystemClock()
    /// How long nothing may be kept anew where the Deployment is not there.
    var quiet = Duration.seconds(5)
    /// Between two looks.
    var pause = Duration.seconds(1)
    /// Takes each line of progress.
    let say: @Sendable (String) -> Void

    /// Does all of it.
    ///
    /// - Parameter timeout: For how long it is tried.
    /// - Throws: ``CommandError`` where the time is over, or where another controller keeps pods; `APIError` for a refusal
    ///   that time does not mend.
    func run(timeout: Duration) async throws {
        let deadline = clock.elapsed + timeout
        let isEnded = try await endController(deadline)
        let versions = try await releaseVersions(deadline)
        if versions > 0 { say("released \(versions == 1 ? "1 model version" : "\(versions) model versions")") }
        let count = try await release(deadline)
        if !isEnded {
            try await clock.sleep(for: quiet)
            let anew = try await attempt(deadline) { try await held() }.count
            guard anew == 0 else {
                throw CommandError(
                    .conflict,
                    "a controller is still at work and keeps \(Self.pods(anew)) anew: end it, then run this again")
            }
        }
        say(count == 0 ? "no pod is kept" : "released \(Self.pods(count)); no pod is kept any more")
    }

    /// Scales the controller to nothing and waits until its pods are gone.
    ///
    /// - Returns: Whether there was such a Deployment.
    private func endController(_ deadline: Duration) async throws -> Bool {
        let found = try await attempt(deadline) { () -> JSONValue? in
            do {
                return try await client.get(Self.deployment, controller)
            } catch let error as APIError where error.isNotFound {
                return nil
            }
        }
        guard let found, let selector = Self.selector(found) else {
            say("there is no Deployment \(controller); a controller that runs elsewhere must be ended first")
            return false
        }
        if found["spec"]?["replicas"]?.integerValue != 0 {
            say("scaling Deployment \(controller) to 0")
            _ = try await attempt(deadline) {
                try await client.patch(Self.deployment, controller, ["spec": ["replicas": 0]], subresource: "scale")
            }
        }
        var told = 0
        while true {
            let query = ListQuery(labelSelector: selector)
            let left = try await attempt(deadline) {
                try await client.listAll(PodView.self, namespace: controller.namespace, query).items
                    .filter { $0.status.phase != "Succeeded" && $0.status.phase != "Failed" }
            }
            guard let first = left.first else { return true }
            if left.count != told { say("waiting for \(Self.pods(left.count)) of the controller to end") }
            told = left.count
            guard clock.elapsed < deadline else {
                throw CommandError(
                    .unavailable,
                    "not in time: the controller's pod \(first.key) does not end; where its node is lost for good, "
                        + "delete it with kubectl delete pod --force, then run this again")
            }
            try await clock.sleep(for: pause)
        }
    }

    /// Releases pods until none is kept, and returns how many there were.
    private func release(_ deadline: Duration) async throws -> Int {
        var released = 0
        while true {
            let pods = try await attempt(deadline) { try await held() }
            if pods.isEmpty { return released }
            say("releasing \(Self.pods(pods.count))")
            let outcomes = await BoundedWork.map(pods, limit: 16) { pod in
                try await client.releasePod(pod.key, uid: pod.metadata.uid)
            }
            var failure: (any Error)?
            for outcome in outcomes {
                switch outcome {
                case .success: released += 1
                case .failure(let error): failure = error
                }
            }
            guard let failure else { continue }
            guard Self.isPassing(failure) else { throw failure }
            guard clock.elapsed < deadline else { throw Self.notInTime(failure) }
            try await clock.sleep(for: pause)
        }
    }

    /// Releases the versions of models, where there are such a thing, and returns how many were kept.
    private func releaseVersions(_ deadline: Duration) async throws -> Int {
        try await attempt(deadline) {
            var released = 0
            for namespace in namespaces.isEmpty ? [nil] : namespaces.map(Optional.some) {
                let versions: [VersionMetadata]
                do {
                    versions = try await client.listAll(VersionMetadata.self, namespace: namespace).items
                } catch let error as APIError where error.isNotFound {
                    continue
                }
                for version in versions where version.metadata.finalizers.contains(FairleadLabel.registryFinalizer) {
                    try await client.releaseModelVersion(version.metadata)
                    released += 1
                }
            }
            return released
        }
    }

    /// The pods that Fairlead's finalizer keeps.
    private func held() async throws -> [PodView] {
        var pods: [PodView] = []
        for namespace in namespaces.isEmpty ? [nil] : namespaces.map(Optional.some) {
            let query = ListQuery(labelSelector: PodNaming.managedSelector)
            pods += try await client.listAll(PodView.self, namespace: namespace, query).items
        }
        return pods.filter { $0.metadata.finalizers.contains(PodNaming.outcomeFinalizer) }
    }

    /// Asks until there is an answer, for as long as time may mend what goes wrong.
    private func attempt<Value>(_ deadline: Duration, _ work: () async throws -> Value) async throws -> Value {
        while true {
            do {
                return try await work()
            } catch let error where Self.isPassing(error) {
                guard clock.elapsed < deadline else { throw Self.notInTime(error) }
                try await clock.sleep(for: pause)
            }
        }
    }

    private static func isPassing(_ error: any Error) -> Bool {
        if let error = error as? TransportError { return error.code != .tls }
        return (error as? APIError).map { $0.isRetryable || $0.isConflict } ?? false
    }

    private static func notInTime(_ error: any Error) -> CommandError {
        CommandError(.unavailable, "not in time: \(ErrorMessage.text(for: error)); it may be run again")
    }

    private static func selector(_ deployment: JSONValue) -> String? {
        guard let labels = deployment["spec"]?["selector"]?["matchLabels"]?.objectValue, !labels.isEmpty else {
            return nil
        }
        return labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.stringValue ?? "")" }
            .joined(separator: ",")
    }

    private static func pods(_ count: Int) -> String { count == 1 ? "1 pod" : "\(count) pods" }
}

/// A version of a model, as far as it may be kept.
private struct VersionMetadata: Resource {
    static let type = ResourceType.modelVersion
    static let isMetadataOnly = true
    let metadata: ObjectMeta
}
