import ControllerRuntime
import Foundation
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle
import UnixSignals

let logger = Logger(label: "website-operator")
// In a pod the service account, else $KUBECONFIG or ~/.kube/config.
let cluster = try ClusterConfiguration.find(kubeconfig: nil, context: nil)
let client = Client(transport: try HTTPTransport(cluster, logger: logger), fieldManager: "website-operator")
let elector = LeaderElector(
    client: client, lease: ObjectKey(namespace: cluster.namespace, name: "website-operator"),
    identity: "\(ProcessInfo.processInfo.hostName)_\(UUID().uuidString)", logger: logger)
let service = WebsiteOperator.service(client: client, elector: elector, logger: logger)
let configuration = ServiceGroupConfiguration(
    services: [service], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
try await ServiceGroup(configuration: configuration).run()
