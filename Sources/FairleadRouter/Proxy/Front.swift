import ControllerRuntime
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Takes the clients' connections and serves them, each on one event loop together with its model servers' connections.
///
/// Guarantees: told to stop, it goes on accepting for the drain delay, and ends when the last request has ended.
final class Front: Service {
    private struct State {
        var port: Int?
        var isDraining = false
    }

    /// Opens when it listens.
    let ready = Readiness()
    private let configuration: RouterConfiguration
    private let dispatcher: Dispatcher
    private let logger: Logger
    private let connections = ConnectionCount()
    private let state = Mutex(State())

    init(configuration: RouterConfiguration, dispatcher: Dispatcher, logger: Logger) {
        self.configuration = configuration
        self.dispatcher = dispatcher
        self.logger = logger
    }

    /// The port that it listens on; nil before it does.
    var port: Int? { state.withLock(\.port) }

    /// Whether it was told to stop.
    var isDraining: Bool { state.withLock(\.isDraining) }

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, configuration.threads))
        do {
            try await serve(group)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func serve(_ group: MultiThreadedEventLoopGroup) async throws {
        var loops: [ObjectIdentifier: NIOLoopBound<ProxyLoop>] = [:]
        for eventLoop in group.makeIterator() { loops[ObjectIdentifier(eventLoop)] = try await start(on: eventLoop) }
        let servers = try await listen(group, loops)
        let port = servers.first?.localAddress?.port
        state.withLock { $0.port = port }
        logger.info(
            "serving", metadata: ["address": "\(BindAddress(host: configuration.listen.host, port: port ?? 0))"])
        ready.open()
        let stop = Readiness()
        await withGracefulShutdownHandler {
            try? await stop.wait()
        } onGracefulShutdown: {
            self.state.withLock { $0.isDraining = true }
            stop.open()
        }
        state.withLock { $0.isDraining = true }
        if !Task.isCancelled { await drain(servers, loops.values) }
        for server in servers { try? await server.close() }
        for loop in loops.values { try await loop.eventLoop.submit { loop.value.close() }.get() }
    }

    private func start(on eventLoop: any EventLoop) async throws -> NIOLoopBound<ProxyLoop> {
        let (dispatcher, limits, maximumBody) = (dispatcher, configuration.limits, configuration.maximumBody)
        return try await eventLoop.submit {
            let loop = ProxyLoop(on: eventLoop, dispatcher: dispatcher, limits: limits, maximumBody: maximumBody)
            loop.start()
            return NIOLoopBound(loop, eventLoop: eventLoop)
        }.get()
    }

    private func listen(
        _ group: MultiThreadedEventLoopGroup, _ loops: [ObjectIdentifier: NIOLoopBound<ProxyLoop>]
    ) async throws -> [any Channel] {
        let (connections, maximum) = (connections, configuration.limits.connections)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard connections.begin(maximum), let loop = loops[ObjectIdentifier(channel.eventLoop)] else {
                        return try channel.pipeline.syncOperations.addHandler(RefusingHandler())
                    }
                    channel.closeFuture.whenComplete { _ in connections.end() }
                    try channel.pipeline.syncOperations.addHandler(ProtocolDetector(loop: loop.value))
                }
            }
        let (host, port) = (configuration.listen.host, configuration.listen.port)
        if let host { return [try await bootstrap.bind(host: host, port: port).get()] }
        do {
            // Linux takes IPv4 there too.
            return [try await bootstrap.bind(host: "::", port: port).get()]
        } catch {
            return [try await bootstrap.bind(host: "0.0.0.0", port: port).get()]
        }
    }

    /// Lets others learn that this router goes, takes no more connections, and waits for the requests under way.
    private func drain(_ servers: [any Channel], _ loops: some Collection<NIOLoopBound<ProxyLoop>>) async {
        logger.info("draining")
        try? await Task.sleep(for: Duration(configuration.drainDelay))
        for server in servers { try? await server.close() }
        for loop in loops { try? await loop.eventLoop.submit { loop.value.drain() }.get() }
        // Every exchange has a deadline, and an idle connection is closed soon.
        while !Task.isCancelled {
            var isEmpty = true
            for loop in loops where (try? await loop.eventLoop.submit { loop.value.isEmpty }.get()) == false {
                isEmpty = false
            }
            if isEmpty { break }
            try? await Task.sleep(for: Duration(configuration.limits.tick))
        }
        logger.info("drained")
    }
}

/// How many clients are connected, over all event loops.
private final class ConnectionCount: Sendable {
    private let count = Atomic<Int>(0)

    /// Counts one more, unless that is too many.
    func begin(_ maximum: Int) -> Bool {
        guard count.wrappingAdd(1, ordering: .relaxed).newValue <= maximum else {
            end()
            return false
        }
        return true
    }

    func end() { count.wrappingSubtract(1, ordering: .relaxed) }
}
