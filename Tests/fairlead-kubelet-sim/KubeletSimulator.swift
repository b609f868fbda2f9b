import ArgumentParser
import ControllerRuntime
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Logging
import ServiceLifecycle
import UnixSignals

/// A node on any API server that runs no program: for tests and benchmarks of what makes pods.
@main
struct KubeletSimulator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fairlead-kubelet-sim", abstract: "Run every pod of a cluster without running any program.",
        discussion: """
            It does what a scheduler and a kubelet do to the API server: it binds each pod that no node has, says that
            it runs, and then how it ended. A pod's annotations say how:

              simulated/duration: 1.5                seconds that it runs
              simulated/hold: "true"                 it runs until it is deleted
              simulated/ready-after: 1.5             seconds that it runs before it is ready
              simulated/exit-code: "3"               of its container main
              simulated/message: text                the termination message
              simulated/reason: Evicted              the pod's reason
              simulated/container-reason: OOMKilled  the reason of its container main

            A node with the annotation simulated/lost: "true" is not heard of any more, and neither are its pods, until
            the annotation is taken off.

            Example: fairlead-kubelet-sim --kubeconfig ~/.kube/config --duration 0.1
            """)

    @Option(help: "The kubeconfig; else $KUBECONFIG, the pod's service account, ~/.kube/config.")
    var kubeconfig: String?

    @Option(help: "The node's name.")
    var node = "simulated"

    @Option(help: "How many nodes there are; with more than one they are called simulated-0, simulated-1, ….")
    var nodes = 1

    @Option(help: "Whose pods run; else those of all namespaces.")
    var namespace: String?

    @Option(help: "How long a pod runs, in seconds, where it does not say.")
    var duration = 0.1

    @Option(help: "How many writes are under way at a time.")
    var concurrency = 16

    func run() async throws {
        let cluster = try ClusterConfiguration.find(kubeconfig: kubeconfig)
        let transport = try HTTPTransport(cluster)
        let client = Client(transport: transport, fieldManager: "fairlead-kubelet-sim")
        let fallback = duration
        let names = nodes == 1 ? [node] : (0..<max(1, nodes)).map { "\(node)-\($0)" }
        let kubelet = SimulatedKubelet(client: client, nodes: names, namespace: namespace) { pod in
            Self.ending(pod, fallback: fallback)
        }
        var parts = [Part { try await kubelet.run(concurrency: concurrency) }]
        for name in names {
            parts.append(
                Part {
                    try await SimulatedNode(client: client, name: name).run { isLost in
                        if isLost { kubelet.lose(node: name) } else { kubelet.recover(node: name) }
                    }
                })
        }
        let members = ServiceGroupConfiguration(
            services: parts, gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "kubelet-sim"))
        do {
            try await ServiceGroup(configuration: members).run()
        } catch is CancellationError {}
        await transport.shutdown()
    }

    private static func ending(_ pod: PodView, fallback: Double) -> SimulatedKubelet.Ending {
        let wishes = pod.metadata.annotations
        func seconds(_ wish: String) -> Double? {
            wishes["simulated/\(wish)"].flatMap { Double($0) }.map { min(max($0, 0), 1e6) }
        }
        var ending = SimulatedKubelet.Ending(
            exitCode: wishes["simulated/exit-code"].flatMap { Int($0) } ?? 0,
            message: wishes["simulated/message"] ?? "", reason: wishes["simulated/reason"],
            containerReason: wishes["simulated/container-reason"],
            duration: wishes["simulated/hold"] == "true" ? nil : .seconds(seconds("duration") ?? fallback))
        ending.readyAfter = .seconds(seconds("ready-after") ?? 0)
        return ending
    }
}

/// A part of the program that ends by being cancelled.
private struct Part: Service {
    let body: @Sendable () async throws -> Void

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await body() }
    }
}
