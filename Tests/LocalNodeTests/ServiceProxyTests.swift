import Foundation
import KubernetesClient
import KubernetesCore
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import LocalNode

struct ServiceRoutesTests {
    static func service(_ name: String, _ spec: JSONValue, namespace: String = "ml") throws -> ServiceManifest {
        try KubernetesJSON.decode(
            ServiceManifest.self,
            from: ["metadata": ["name": .string(name), "namespace": .string(namespace), "uid": "u"], "spec": spec])
    }

    /// - Parameter endpoints: Addresses, each with `r` for ready, `s` for serving and `t` for terminating.
    static func slice(_ name: String, of service: String, port: Int, _ endpoints: [String: String]) throws
        -> EndpointSliceManifest
    {
        let labels: JSONValue = ["kubernetes.io/service-name": .string(service)]
        return try KubernetesJSON.decode(
            EndpointSliceManifest.self,
            from: [
                "metadata": ["name": .string(name), "namespace": "ml", "labels": labels],
                "ports": [["name": "http", "port": .integer(Int64(port)), "protocol": "TCP"]],
                "endpoints": .array(
                    endpoints.map { address, flags in
                        [
                            "addresses": [.string(address)],
                            "conditions": [
                                "ready": .bool(flags.contains("r")), "serving": .bool(flags.contains("s")),
                                "terminating": .bool(flags.contains("t")),
                            ],
                        ]
                    }),
            ])
    }

    private let key = ObjectKey(namespace: "ml", name: "web")
    private let front = ServiceRoutes.Front(address: "127.128.0.7", port: 80)
    private let spec: JSONValue = [
        "clusterIP": "127.128.0.7", "ports": [["name": "http", "port": 80, "targetPort": "web"]],
    ]

    @Test func leadToReadyEndpointsElseToThoseThatStillServe() throws {
        var routes = ServiceRoutes()
        #expect(routes.routes(of: key).isEmpty)
        routes.set(try Self.service("web", spec))
        #expect(routes.routes(of: key).isEmpty)
        routes.set(try Self.slice("web-1", of: "web", port: 8080, ["127.64.0.1": "rs", "127.64.0.2": "st"]))
        routes.set(try Self.slice("web-2", of: "web", port: 9090, ["127.64.0.3": "rs", "127.64.0.4": ""]))
        #expect(
            routes.routes(of: key) == [
                front: [.init(address: "127.64.0.1", port: 8080), .init(address: "127.64.0.3", port: 9090)]
            ])
        routes.set(try Self.slice("web-1", of: "web", port: 8080, ["127.64.0.2": "st", "127.64.0.5": "t"]))
        routes.remove(try Self.slice("web-2", of: "web", port: 9090, [:]))
        #expect(routes.routes(of: key) == [front: [.init(address: "127.64.0.2", port: 8080)]])
        routes.set(try Self.slice("web-1", of: "web", port: 8080, ["127.64.0.5": "t"]))
        #expect(routes.routes(of: key).isEmpty)
    }

    @Test func areOfServicesWithAnAddressOfThisHost() throws {
        var routes = ServiceRoutes()
        routes.set(try Self.slice("web-1", of: "web", port: 8080, ["127.64.0.1": "rs"]))
        for spec: JSONValue in [
            ["clusterIP": "None", "ports": [["name": "http", "port": 80]]],
            ["clusterIP": "10.96.0.1", "ports": [["name": "http", "port": 80]]],
            ["type": "ExternalName", "externalName": "a.b", "ports": [["name": "http", "port": 80]]],
            ["clusterIP": "127.128.0.7", "ports": [["name": "http", "port": 80, "protocol": "UDP"]]],
            ["clusterIP": "127.128.0.7", "ports": [["name": "other", "port": 80]]],
        ] {
            routes.set(try Self.service("web", spec))
            #expect(routes.routes(of: key).isEmpty, "\(spec)")
        }
        #expect(routes.replace([try Self.service("b", [:])]) == [key, ObjectKey(namespace: "ml", name: "b")])
    }

    @Test func namesLeadToServicesOfAllNamespaces() throws {
        let members: [ObjectKey: ClusterNames.Member] = [
            key: .init(address: "127.64.0.1", labels: ["app": "web"])
        ]
        let services = [
            try Self.service("web", ["clusterIP": "127.128.0.7", "selector": ["app": "web"]]),
            try Self.service("pods", ["clusterIP": "None", "selector": ["app": "web"]]),
            try Self.service("away", ["type": "ExternalName", "externalName": "api.example.com"], namespace: "x"),
            try Self.service(
                "churn", ["type": "ExternalName", "externalName": "web.ml.svc.cluster.local"], namespace: "x"),
            try Self.service("loop", ["type": "ExternalName", "externalName": "loop.x.svc"], namespace: "x"),
            try Self.service("fixed", ["type": "ExternalName", "externalName": "192.0.2.1"], namespace: "x"),
        ]
        let names = ClusterNames.entries(members, namespace: "x", services: services)
            .map { [$0.address] + $0.names }
        #expect(
            names == [
                ["127.64.0.1", "pods.ml.svc.cluster.local", "pods.ml.svc", "pods.ml"],
                ["127.128.0.7", "web.ml.svc.cluster.local", "web.ml.svc", "web.ml"],
                ["127.128.0.7", "churn.x.svc.cluster.local", "churn.x.svc", "churn.x", "churn"],
                ["192.0.2.1", "fixed.x.svc.cluster.local", "fixed.x.svc", "fixed.x", "fixed"],
            ])
    }
}

/// Connections through the proxy, to servers of this process.
@Suite(.serialized) struct ServiceProxyTests {
    /// Answers each connection's bytes with its name before them, and ends when the other side has ended.
    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let name: String
        private var hasNamed = false

        init(_ name: String) { self.name = name }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if !hasNamed { context.write(wrapOutboundOut(ByteBuffer(string: name)), promise: nil) }
            hasNamed = true
            context.writeAndFlush(data, promise: nil)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .some(ChannelEvent.inputClosed) = event as? ChannelEvent { context.close(promise: nil) }
        }
    }

    private static func serve(_ name: String, at address: String) async throws -> any Channel {
        try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Echo(name)) }
            }
            .bind(host: address, port: 0).get()
    }

    /// Sends a text, ends the sending side, and returns everything that comes back.
    private static func ask(_ address: String, _ port: Int, _ text: String) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: address, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            async let sent: Void = {
                try await outbound.write(ByteBuffer(string: text))
                outbound.finish()
            }()
            var answer = ByteBuffer()
            for try await chunk in inbound { answer.writeImmutableBuffer(chunk) }
            try await sent
            return String(buffer: answer)
        }
    }

    private static func run(_ body: (ServiceProxy, NodeEvents) async throws -> Void) async throws {
        let logger = Logger(label: "proxy") { _ in SwiftLogNoOpLogHandler() }
        let events = NodeEvents(client: Client(transport: FakeCluster()), node: "local", logger: logger)
        let proxy = ServiceProxy(events: events, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await proxy.run() }
            defer { group.cancelAll() }
            try await body(proxy, events)
        }
    }

    /// A Service that is at a port which is free, and the address at which it is.
    private static func service(_ name: String, at address: String) async throws -> (ServiceManifest, Int) {
        let channel = try await serve("", at: address)
        let port = try #require(channel.localAddress?.port)
        try await channel.close()
        let spec: JSONValue = [
            "clusterIP": .string(address), "ports": [["name": "http", "port": .integer(Int64(port))]],
        ]
        return (try ServiceRoutesTests.service(name, spec), port)
    }

    private static func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end {
            if (try? await condition()) == true { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw NodeHarness.NotSeen(what: what)
    }

    @Test func passesConnectionsOnInTurn() async throws {
        let one = try await Self.serve("one:", at: "127.64.90.1")
        let other = try await Self.serve("two:", at: "127.64.90.2")
        let (service, port) = try await Self.service("web", at: "127.128.90.1")
        let ports = try [one, other].map { try #require($0.localAddress?.port) }
        try await Self.run { proxy, _ in
            proxy.set(service)
            proxy.set(try ServiceRoutesTests.slice("web-1", of: "web", port: ports[0], ["127.64.90.1": "rs"]))
            try await Self.eventually("an answer") { try await Self.ask("127.128.90.1", port, "a") == "one:a" }
            proxy.set(try ServiceRoutesTests.slice("web-2", of: "web", port: ports[1], ["127.64.90.2": "rs"]))
            try await Self.eventually("the other") { try await Self.ask("127.128.90.1", port, "b") == "two:b" }
            // More than fits into the sockets' buffers, so that reading has to wait for writing.
            let large = String(repeating: "0123456789abcdef", count: 1 << 18)
            var seen: Set<String> = []
            for _ in 0..<4 {
                let answer = try await Self.ask("127.128.90.1", port, large)
                seen.insert(String(answer.prefix(4)))
                #expect(answer.dropFirst(4) == large)
            }
            #expect(seen == ["one:", "two:"])
            // An endpoint that refuses is passed over.
            try await one.close()
            for _ in 0..<4 { #expect(try await Self.ask("127.128.90.1", port, "c") == "two:c") }
            proxy.remove(service)
            try await Self.eventually("nobody listens") {
                do {
                    _ = try await Self.ask("127.128.90.1", port, "d")
                    return false
                } catch {
                    return true
                }
            }
        }
        try await other.close()
    }

    @Test func saysOnceThatItMayNotListen() async throws {
        let holder = try await Self.serve("held:", at: "127.128.90.2")
        let port = try #require(holder.localAddress?.port)
        let cluster = FakeCluster()
        let logger = Logger(label: "proxy") { _ in SwiftLogNoOpLogHandler() }
        let events = NodeEvents(client: Client(transport: cluster), node: "local", logger: logger)
        let proxy = ServiceProxy(events: events, logger: logger)
        let spec: JSONValue = [
            "clusterIP": "127.128.90.2", "ports": [["name": "http", "port": .integer(Int64(port))]],
        ]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await proxy.run() }
            group.addTask { await events.run() }
            defer { group.cancelAll() }
            proxy.set(try ServiceRoutesTests.service("web", spec))
            for address in ["127.64.90.1", "127.64.90.2"] {
                proxy.set(try ServiceRoutesTests.slice("web-1", of: "web", port: 1, [address: "rs"]))
            }
            let (open, openPort) = try await Self.service("open", at: "127.128.90.3")
            let server = try await Self.serve("open:", at: "127.64.90.3")
            proxy.set(open)
            proxy.set(
                try ServiceRoutesTests.slice(
                    "open-1", of: "open", port: try #require(server.localAddress?.port), ["127.64.90.3": "rs"]))
            try await Self.eventually("others work") { try await Self.ask("127.128.90.3", openPort, "x") == "open:x" }
            try await Self.eventually("an event") { !cluster.events.isEmpty }
            try await server.close()
        }
        #expect(cluster.events.map { $0["reason"]?.stringValue } == ["FailedToListen"])
        #expect(cluster.events.first?["regarding"]?["kind"]?.stringValue == "Service")
        try await holder.close()
    }
}
