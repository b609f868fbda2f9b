import ArgumentParser
import FairleadArtifacts
import Foundation
import KubernetesClient
import KubernetesCore
import Logging

/// `fairlead artifacts`: what Fairlead's own containers run; the controller makes them.
struct ArtifactsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "artifacts", abstract: "Bring and keep what a task reads and writes.", shouldDisplay: false,
        subcommands: [Fetch.self, Store.self, Payloads.self])

    /// The init container `fetch`.
    struct Fetch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Bring inputs, code and the newest checkpoint.")

        func run() async throws {
            throw ExitCode(await FetchProgram.run(until: .ofProcess()))
        }
    }

    /// The native sidecar `store`.
    struct Store: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Save checkpoints while the task runs, and its artifacts and log at its end.")

        /// More than kubelets keep of a log.
        private static let longestLog = 64 << 20

        /// The log of the pod's program, which the API server gives to the pod's service account.
        private static func programLog(
            _ receive: @escaping @Sendable ([UInt8]) async throws -> Void
        ) async throws {
            let environment = ProcessInfo.processInfo.environment
            let logger = Logger(label: "store") { _ in SwiftLogNoOpLogHandler() }
            let transport = try HTTPTransport(try ClusterConfiguration.inCluster(), logger: logger)
            let pod = ObjectKey(namespace: environment["FAIRLEAD_NAMESPACE"], name: environment["FAIRLEAD_POD"] ?? "")
            let query = LogQuery(container: "main", limitBytes: longestLog)
            try await Client(transport: transport).streamLogs(pod, query, receive)
        }

        func run() async throws {
            throw ExitCode(await StoreProgram.run(until: .ofProcess(), log: Self.programLog))
        }
    }
    /// The program of the pods that collect a service's payloads.
    struct Payloads: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Collect the payloads of a service's requests, and store them.")

        func run() async throws {
            throw ExitCode(await PayloadsProgram.run(until: .ofProcess()))
        }
    }
}
