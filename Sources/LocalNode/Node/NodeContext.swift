import AsyncHTTPClient
import KubernetesClient
import KubernetesCore
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
    let proxy: ServiceProxy
    let hosts: HostsFiles
    let prober: HTTPClient
    let tokens = PodTokens()
    let logger: Logger

    /// The node's own address.
    static let hostIP = "127.0.0.1"

    /// What containers may use together.
    var allocatable: [String: Quantity] {
        [
            "cpu": Quantity(Int64(host.processors)),
            "memory": Quantity(host.memoryBytes),
            "ephemeral-storage": Quantity(Int64.max),
            "pods": Quantity(Int64(configuration.maxPods)),
        ]
    }
}
