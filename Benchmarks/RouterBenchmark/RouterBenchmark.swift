import ControllerRuntime
import FairleadRouter
import Foundation
import KubernetesClient
import Logging
import NIOCore

/// What the router costs between a client and a model server on loopback, beside nginx and HAProxy where they are
/// installed: the ratios of one run are what counts, absolute figures move from machine to machine.
///
/// `RouterBenchmark [SECONDS [ROUNDS [THREADS]]]`, and `RouterBenchmark memory [SERVICES]`.
@main
struct RouterBenchmark {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        func number(_ index: Int, or standard: Int) -> Int {
            arguments.indices.contains(index) ? Int(arguments[index]) ?? standard : standard
        }
        switch arguments.first {
        case "serve-upstream": try await Upstream.serve(port: number(1, or: 0))
        case "serve-relay":
            try await Relay.serve(port: number(1, or: 0), upstream: number(2, or: 0), threads: number(3, or: 1))
        case "serve-router":
            guard arguments.count == 4 else { throw Refusal("serve-router PORT KUBECONFIG THREADS") }
            try await serveRouter(port: number(1, or: 0), kubeconfig: arguments[2], threads: number(3, or: 1))
        case "memory":
            try await withFolder { try await MemoryMeasure(services: number(1, or: 1000)).report(folder: $0) }
        default:
            try await withFolder { folder in
                try await Comparison(
                    seconds: number(0, or: 5), rounds: number(1, or: 3), threads: number(2, or: 1)
                ).report(folder: folder)
            }
        }
    }

    /// A folder for files of the proxies.
    private static func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/router-benchmark-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    /// The router as the program runs it.
    private static func serveRouter(port: Int, kubeconfig: String, threads: Int) async throws {
        let transport = try HTTPTransport(.find(kubeconfig: kubeconfig), logger: BenchmarkCluster.logger)
        var configuration = RouterConfiguration()
        configuration.listen = BindAddress(host: "127.0.0.1", port: port)
        configuration.healthAddress = nil
        configuration.metricsAddress = nil
        configuration.homeNamespace = "default"
        configuration.threads = threads
        let router = Router(
            client: Client(transport: transport), configuration: configuration, logger: BenchmarkCluster.logger)
        try await router.run()
    }

    /// A port of this host that nobody has at this moment.
    static func freePort() throws -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(socket, pointer, length) == 0 && getsockname(socket, pointer, &length) == 0
            }
        }
        guard isBound else { throw Refusal("no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Waits until a service answers at a port.
    static func answers(_ port: Int, service: String, process: RunningProcess?) async throws {
        let url = "http://127.0.0.1:\(port)/v2/models/\(service)/infer"
        guard let curl = RunningProcess.find("curl") else { throw Refusal("missing: curl") }
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let ask = Process()
            ask.executableURL = URL(fileURLWithPath: curl)
            ask.arguments = ["-sf", "-o", "/dev/null", "-X", "POST", "-d", "{}", "-H", "Host: \(service).default", url]
            try ask.run()
            while ask.isRunning { try await Task.sleep(for: .milliseconds(2)) }
            if ask.terminationStatus == 0 { return }
            if let process, !process.isRunning { throw Refusal("the proxy at port \(port) ended") }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Refusal("nothing answers at port \(port)")
    }
}
