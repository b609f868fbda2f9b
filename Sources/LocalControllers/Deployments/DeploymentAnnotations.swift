import KubernetesCore

/// The annotations by which a Deployment's controller remembers, and those that it passes on to its ReplicaSets.
enum DeploymentAnnotations {
    static let revision = "deployment.kubernetes.io/revision"
    static let history = "deployment.kubernetes.io/revision-history"
    static let desired = "deployment.kubernetes.io/desired-replicas"
    static let maximum = "deployment.kubernetes.io/max-replicas"
    static let hash = "pod-template-hash"

    /// What is the Deployment's alone.
    private static let own: Set<String> = [
        revision, history, desired, maximum, "deprecated.deployment.rollback.to",
        "kubectl.kubernetes.io/last-applied-configuration",
    ]
    /// How long the list of earlier revisions may be.
    private static let historyLimit = 2000

    static func revision(of metadata: ObjectMeta) -> Int64 { metadata.annotations[revision].flatMap { Int64($0) } ?? 0 }

    /// The annotations that a Deployment passes on to its newest set.
    static func inherited(from deployment: DeploymentObject) -> [String: String] {
        deployment.metadata.annotations.filter { !own.contains($0.key) }
    }

    /// Makes a set the one of a revision; a set that is used again remembers what it was before.
    static func mark(_ metadata: inout ObjectMeta, revision number: Int64) {
        let before = metadata.annotations[revision]
        guard Int64(before ?? "") ?? 0 < number else { return }
        metadata.annotations[revision] = String(number)
        guard let before, !before.isEmpty else { return }
        var list = (metadata.annotations[history] ?? "").split(separator: ",").map(String.init) + [before]
        while list.joined(separator: ",").utf8.count > historyLimit, list.count > 1 { list.removeFirst() }
        metadata.annotations[history] = list.joined(separator: ",")
    }

    /// Notes for how many pods in all a set's number was chosen.
    static func note(_ metadata: inout ObjectMeta, _ deployment: DeploymentObject) {
        metadata.annotations[desired] = String(deployment.replicas)
        metadata.annotations[maximum] = String(deployment.replicas + deployment.margins.surge)
    }
}
