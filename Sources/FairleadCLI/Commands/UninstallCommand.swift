import ArgumentParser
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore
import Logging

/// `fairlead uninstall`.
struct UninstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall", abstract: "End the controller and let go of every pod that it keeps.",
        discussion: """
            To be run before Fairlead is removed, so that no pod and no namespace hangs on a finalizer that nobody takes \
            away; the Helm chart does so. It deletes nothing: runs stay, and go on where Fairlead is installed again.

            Example: fairlead uninstall && kubectl delete namespace fairlead-system
            """)

    @OptionGroup var kubeconfig: KubeconfigOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A namespace whose pods are let go, several times for several; else all.", valueName: "name")
    )
    var namespace: [String] = []

    @Option(
        help: ArgumentHelp(
            "The controller's Deployment, which is scaled to 0; else fairlead-system/fairlead-controller.",
            valueName: "namespace/name"),
        transform: Self.key)
    var controller = ObjectKey(namespace: "fairlead-system", name: "fairlead-controller")

    @Option(
        help: ArgumentHelp("For how long it is tried, such as 90s; else 5m.", valueName: "duration"),
        transform: { text in
            guard let duration = FairleadDuration(text) else { throw ValidationError("'\(text)' is no duration") }
            return duration
        })
    var timeout = FairleadDuration(seconds: 300)

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    func run() async throws {
        let cluster = try kubeconfig.configuration()
        try confirm(cluster.server)
        let logger = Logger(label: "fairlead") { LineLogHandler(label: $0, level: .warning, format: .human) }
        let transport = try HTTPTransport(cluster, logger: logger)
        let uninstaller = Uninstaller(
            client: Client(transport: transport), controller: controller, namespaces: namespace,
            say: { line in try? Output.line(line) })
        let duration = timeout.duration
        let done: Bool? = try await Interruptible.run(logger: logger) {
            try await uninstaller.run(timeout: duration)
            return true
        }
        guard done == nil else { return }
        Output.note("interrupted; run it again to go on")
        throw ExitCode.failure
    }

    /// Asks whether this is meant.
    private func confirm(_ server: String) throws {
        guard !yes else { return }
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandError(.invalidInput, "nobody can be asked here whether this is meant: say --yes")
        }
        let place = namespace.isEmpty ? "all namespaces" : namespace.joined(separator: ", ")
        Output.note("End the controller \(controller) at \(server), and let go of its pods in \(place)? [y/N]")
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            throw CommandError(.conflict, "nothing was done")
        }
    }

    @Sendable private static func key(_ text: String) throws -> ObjectKey {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw ValidationError("'\(text)' is no NAMESPACE/NAME")
        }
        return ObjectKey(namespace: parts[0], name: parts[1])
    }
}
