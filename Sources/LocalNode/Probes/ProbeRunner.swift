import AsyncHTTPClient
import KubernetesCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Asks a probe's question once.
struct ProbeRunner: Sendable {
    let container: ContainerManifest
    /// The pod's own address, at which a probe without a host asks.
    let address: String
    let directory: ShimDirectory
    let client: HTTPClient

    /// How often a redirection is followed at most.
    private static let redirectLimit = 10

    /// A client that asks as the kubelet does: certificates are not checked, redirections are not followed by itself.
    static func makeClient() -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            certificateVerification: .none, redirectConfiguration: .disallow, decompression: .disabled)
        configuration.connectionPool.idleTimeout = .seconds(1)
        return HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
    }

    /// Asks, and waits for an answer for as long as the probe says.
    func ask(_ probe: ProbeManifest) async -> ProbeOutcome {
        if let exec = probe.exec {
            return await ContainerCommand(directory: directory).run(exec.command ?? [], seconds: probe.timeout)
        }
        if let socket = probe.tcpSocket {
            guard let port = container.port(socket.port) else {
                return .failure("the port is not one of the container's")
            }
            return await connect(host: socket.host ?? address, port: port, seconds: probe.timeout)
        }
        if let request = probe.httpGet {
            guard let port = container.port(request.port) else {
                return .failure("the port is not one of the container's")
            }
            return await get(request, port: port, seconds: probe.timeout)
        }
        // What the local node can't ask must not keep a pod from being ready.
        return ProbeOutcome(isSuccess: true)
    }

    /// Does what a hook says, for as long as its container's grace period is.
    func perform(_ hook: LifecycleManifest.Hook, seconds: Double) async -> ProbeOutcome {
        if let exec = hook.exec {
            return await ContainerCommand(directory: directory).run(exec.command ?? [], seconds: seconds)
        }
        if let request = hook.httpGet {
            guard let port = container.port(request.port) else {
                return .failure("the port is not one of the container's")
            }
            return await get(request, port: port, seconds: seconds)
        }
        if let pause = hook.sleep {
            try? await Task.sleep(for: .seconds(min(Double(max(0, pause.seconds)), seconds)))
        }
        return ProbeOutcome(isSuccess: true)
    }

    private func connect(host: String, port: Int, seconds: Double) async -> ProbeOutcome {
        do {
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connectTimeout(.milliseconds(Int64(seconds * 1000)))
                .connect(host: host, port: port).get()
            try? await channel.close()
            return ProbeOutcome(isSuccess: true)
        } catch {
            return .failure("dial tcp \(host):\(port): \(error)")
        }
    }

    private func get(_ request: ProbeManifest.Request, port: Int, seconds: Double) async -> ProbeOutcome {
        let host = request.host.flatMap { $0.isEmpty ? nil : $0 } ?? address
        let scheme = (request.scheme ?? "HTTP").lowercased()
        let path = request.path ?? "/"
        var url = "\(scheme)://\(host):\(port)\(path.hasPrefix("/") ? "" : "/")\(path)"
        let deadline = NIODeadline.now() + .milliseconds(Int64(seconds * 1000))
        for _ in 0...Self.redirectLimit {
            var asked = HTTPClientRequest(url: url)
            asked.headers.add(name: "User-Agent", value: "kube-probe/1.36")
            asked.headers.add(name: "Accept", value: "*/*")
            for header in request.httpHeaders ?? [] {
                asked.headers.replaceOrAdd(name: header.name, value: header.value ?? "")
            }
            do {
                let answer = try await client.execute(asked, deadline: deadline)
                let code = Int(answer.status.code)
                guard (200..<400).contains(code) else { return .failure("HTTP probe failed with statuscode: \(code)") }
                // A redirection to another host is an answer; one to the same host is followed.
                guard code >= 300, let next = answer.headers.first(name: "Location"),
                    let place = Self.follow(next, scheme: scheme, host: host, port: port)
                else { return ProbeOutcome(isSuccess: true) }
                url = place
            } catch {
                return .failure("Get \"\(url)\": \(error)")
            }
        }
        return .failure("Get \"\(url)\": stopped after \(Self.redirectLimit) redirects")
    }

    /// Where a redirection leads; nil where that is another host.
    private static func follow(_ location: String, scheme: String, host: String, port: Int) -> String? {
        if location.hasPrefix("/"), !location.hasPrefix("//") { return "\(scheme)://\(host):\(port)\(location)" }
        guard let rest = location.split(separator: "://", maxSplits: 1).dropFirst().first else { return nil }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        return authority == host || authority.hasPrefix("\(host):") ? location : nil
    }
}
