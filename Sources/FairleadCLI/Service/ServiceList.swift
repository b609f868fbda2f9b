import FairleadAPI
import Foundation
import KubernetesCore

/// Inference services as a table, by name, with kubectl's columns.
struct ServiceList: Sendable {
    var services: [InferenceService]
    /// Whether each row names its namespace.
    var hasNamespaces: Bool
    var now: Date

    /// The lines, the heading first.
    func lines() -> [String] {
        var table = TextTable(
            (hasNamespaces ? ["NAMESPACE"] : [])
                + ["NAME", "URL", "PHASE", "REASON", "REPLICAS", "TRAFFIC", "MODEL", "AGE", "RUNTIME", "SCALE"])
        for service in services.sorted(by: { $0.key < $1.key }) {
            let status = service.status
            let cells: [String?] = [
                status.url, status.phase?.rawValue, status.reason?.rawValue, status.replicas, status.traffic,
                status.model, Age.text(since: service.metadata.creationTimestamp, now: now), status.runtime,
                status.scale,
            ]
            table.add(
                (hasNamespaces ? [service.metadata.namespace ?? ""] : []) + [service.metadata.name]
                    + cells.map { $0 ?? "" })
        }
        return table.lines
    }
}
