import ArgumentParser
import Foundation
import LocalAPIServer
import LocalNode
import Logging
import ServiceLifecycle
import UnixSignals

/// `fairlead local`.
struct LocalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "local", abstract: "Serve a small Kubernetes on this machine, with Fairlead in it.",
        discussion: """
            Pods run as processes of this host. kubectl works with the kubeconfig that is written. What is in the \
            cluster outlives a restart; Ctrl-C stops it, and what runs in it.

            Examples:
              fairlead local
              fairlead local --ephemeral --listen 127.0.0.1:6443
            """)

    @Option(
        help: ArgumentHelp("Where everything is kept; else .fairlead/local.", valueName: "folder"),
        completion: .directory)
    var dataDir: String?

    @Flag(help: "Keep no objects; the folder is then .fairlead/ephemeral, unless one is named.")
    var ephemeral = false

    @Option(
        help: ArgumentHelp("The kubeconfig that is written.", valueName: "path"), completion: .file())
    var kubeconfig = KubeconfigChoice.local

    @Option(
        help: ArgumentHelp(
            "Where to listen, on loopback; else the port of the last time, or one that is free.",
            valueName: "127.0.0.1:port"),
        transform: { try ListenAddress($0) })
    var listen: ListenAddress?

    @Option(
        help: ArgumentHelp("A catalogue of images, in addition to the one built in.", valueName: "file"),
        completion: .file())
    var images: String?

    @Option(help: ArgumentHelp("A file that is there while the cluster serves.", valueName: "path"))
    var readyFile: String?

    @Flag(help: "Only the cluster: neither Fairlead's kinds nor its controllers.")
    var bare = false

    @Option(
        help: ArgumentHelp(
            "RBAC: roles say who may do what; else AlwaysAllow: every token may do everything.",
            valueName: "mode"),
        transform: { text in
            guard let mode = LocalAPIServer.Authorization(rawValue: text) else {
                throw ValidationError("choose RBAC or AlwaysAllow")
            }
            return mode
        })
    var authorizationMode: LocalAPIServer.Authorization?

    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let data = DataDirectory(dataDir ?? (ephemeral ? ".fairlead/ephemeral" : ".fairlead/local"))
        let catalogue = try Self.catalogue(images)
        let hold = try data.hold()
        defer { withExtendedLifetime(hold) {} }
        if let readyFile { try? FileManager.default.removeItem(atPath: readyFile) }
        let address: ListenAddress
        if let listen {
            address = listen
        } else {
            address = await Self.usualAddress(data)
        }
        let logger = logging.logger("local", .warning)
        let (kubeconfig, readyFile, isEphemeral) = (kubeconfig, readyFile, ephemeral)
        let cluster = LocalCluster(
            configuration: LocalCluster.Configuration(
                data: data, isEphemeral: ephemeral, isBare: bare, authorization: authorizationMode ?? .alwaysAllow,
                listen: address, images: catalogue, shimCommand: [Self.executable, "shim"]),
            logger: logger
        ) { text, server, models in
            try PrivateFile.write(text, to: kubeconfig)
            let place = URL(fileURLWithPath: kubeconfig).standardizedFileURL.path
            var lines = [
                "serving at \(server), \(isEphemeral ? "keeping no objects" : "everything is kept in \(data.path)")"
            ]
            if let models { lines.append("models answer at \(models)/<namespace>/<name>") }
            lines.append("in another terminal:  export KUBECONFIG=\(place)")
            lines.append("Ctrl-C stops the cluster and what runs in it")
            try Output.lines(lines)
            if let readyFile { try PrivateFile.write("\(server)\n", to: readyFile) }
        } withdraw: {
            if let readyFile { try? FileManager.default.removeItem(atPath: readyFile) }
        }
        try await Self.serve(cluster, at: address)
    }

    private static func serve(_ cluster: LocalCluster, at address: ListenAddress) async throws {
        var configuration = ServiceGroupConfiguration(
            services: [cluster], gracefulShutdownSignals: [.sigint, .sigterm], logger: cluster.logger)
        configuration.maximumGracefulShutdownDuration = .seconds(60)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error where "\(error)".contains("EADDRINUSE") || "\(error)".contains("Address already in use") {
            throw CommandError(
                .conflict,
                "port \(address.port) is in use by another program; choose another one with --listen 127.0.0.1:PORT")
        } catch let error where "\(error)".contains("EACCES") || "\(error)".contains("Permission denied") {
            throw CommandError(
                .unavailable, "port \(address.port) may not be listened on; choose one above 1023 with --listen")
        }
    }

    /// The port of the last time, so that kubeconfigs stay right; else any.
    private static func usualAddress(_ data: DataDirectory) async -> ListenAddress {
        guard let port = data.lastPort else { return ListenAddress(host: "127.0.0.1", port: 0) }
        // After a crash the system may need a moment to take the port from the last process.
        for _ in 0..<20 {
            if FreePort.isFree(port) { return ListenAddress(host: "127.0.0.1", port: port) }
            guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { break }
        }
        return ListenAddress(host: "127.0.0.1", port: 0)
    }

    private static func catalogue(_ path: String?) throws -> ImageCatalogue {
        var catalogue = ImageCatalogue.builtIn
        guard let path else { return catalogue }
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else { throw CommandError(.notFound, "--images: \(path) cannot be read") }
        try catalogue.add(yaml: text, name: path)
        return catalogue
    }

    private static var executable: String {
        Bundle.main.executablePath ?? CommandLine.arguments.first ?? "fairlead"
    }
}
