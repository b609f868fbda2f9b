import KubernetesClient
import Logging

/// What every pod's worker shares.
struct NodeContext: Sendable {
    let client: Client
    let configuration: NodeConfiguration
    let host: HostFacts
    let paths: NodePaths
    let watcher: PipeWatcher
    let python: PythonEnvironments
    let events: NodeEvents
    let addresses: PodAddresses
    let names: ClusterNames
    let logger: Logger

    /// The node's own address.
    static let hostIP = "127.0.0.1"

    /// What containers may use together.
    var allocatable: [String: ResourceAmount] {
        [
            "cpu": ResourceAmount(thousandths: Int64(host.processors) * 1000),
            "memory": ResourceAmount(thousandths: host.memoryBytes.multipliedReportingOverflow(by: 1000).partialValue),
            "ephemeral-storage": ResourceAmount(thousandths: Int64.max),
            "pods": ResourceAmount(thousandths: Int64(configuration.maxPods) * 1000),
        ]
    }
}
