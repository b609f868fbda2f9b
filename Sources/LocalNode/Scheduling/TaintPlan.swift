import Foundation
import KubernetesCore

/// Decides which pods a node's `NoExecute` taints send away, and when: a pure function of what is there.
enum TaintPlan {
    /// When a pod has to go.
    struct Eviction: Sendable, Hashable {
        var pod: ObjectKey
        var uid: String
        var at: Date
    }

    /// The pods on a node that do not bear its taints for ever, in order of time.
    ///
    /// - Parameters:
    ///   - pods: Every pod.
    ///   - node: The node's name.
    ///   - taints: Its taints, with the times at which they were first seen.
    static func evictions(
        pods: some Collection<PodManifest>, node: String, taints: [Taint: Date]
    ) -> [Eviction] {
        let executing = taints.filter { $0.key.effect == "NoExecute" }
        guard let since = executing.values.max() else { return [] }
        var evictions: [Eviction] = []
        for pod in pods where pod.spec.nodeName == node && !pod.isTerminal && !pod.metadata.isBeingDeleted {
            var seconds: Int64?
            for taint in executing.keys {
                let bearing = (pod.spec.tolerations ?? []).filter { $0.tolerates(taint) }
                let limits = bearing.compactMap(\.tolerationSeconds)
                guard bearing.isEmpty || !limits.isEmpty else { continue }
                seconds = min(seconds ?? .max, max(0, limits.min() ?? 0))
            }
            guard let seconds else { continue }
            evictions.append(
                Eviction(
                    pod: pod.key, uid: pod.metadata.uid,
                    at: since.addingTimeInterval(TimeInterval(min(seconds, 1 << 31)))))
        }
        return evictions.sorted { ($0.at, $0.pod) < ($1.at, $1.pod) }
    }
}
