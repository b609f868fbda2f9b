import ArgumentParser
import Foundation
import KubernetesClient
import Logging

/// Which cluster is spoken to, and about which namespace.
struct ClusterOptions: ParsableArguments {
    @OptionGroup var kubeconfig: KubeconfigOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("The namespace: else the context's.", valueName: "name"))
    var namespace: String?

    /// Speaks to the cluster for as long as `body` runs.
    func connect<Value: Sendable>(_ body: (Cluster) async throws -> Value) async throws -> Value {
        let configuration = try kubeconfig.configuration()
        let logger = Logger(label: "fairlead") { label in
            let level = LoggingOptions.level(option: nil, environment: ProcessInfo.processInfo.environment)
            return LineLogHandler(label: label, level: level?.loggerLevel ?? .warning, format: .human)
        }
        let transport = try HTTPTransport(configuration, logger: logger)
        let cluster = Cluster(
            client: Client(transport: transport), namespace: namespace ?? configuration.namespace,
            namespaceOption: namespace, logger: logger)
        // The transport is not shut down in order: a proxy that is slow to close a watch would keep the user waiting,
        // and the process ends here.
        do {
            return try await body(cluster)
        } catch let error as TransportError where error.code == .connect {
            throw CommandError(
                .unavailable,
                "the cluster at \(configuration.server) cannot be reached; does it run? "
                    + "(fairlead local starts one on this machine)")
        }
    }

    /// Speaks to the cluster until `body` ends or the user interrupts it.
    ///
    /// - Returns: What `body` returned, nil where it was interrupted.
    func connectInterruptibly<Value: Sendable>(
        _ body: @escaping @Sendable (Cluster) async throws -> Value
    ) async throws -> Value? {
        try await connect { cluster in
            try await Interruptible.run(logger: cluster.logger) { try await body(cluster) }
        }
    }
}
