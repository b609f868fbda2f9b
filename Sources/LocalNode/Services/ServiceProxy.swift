import Foundation
import KubernetesCore
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Listens at the addresses of Services and passes connections on to their endpoints, as kube-proxy does on a node.
///
/// Guarantees: a connection that is open stays so whatever becomes of its Service; an address at which this process
/// may not listen is told once, and harms nothing else.
final class ServiceProxy: Sendable {
    /// A Service's address and the endpoints behind it, each in turn.
    private final class Listener: Sendable {
        private let targets: Mutex<(all: [ServiceRoutes.Target], next: Int)>
        let channel: Mutex<(any Channel)?> = Mutex(nil)

        init(_ targets: [ServiceRoutes.Target]) { self.targets = Mutex((targets, 0)) }

        var isListening: Bool { channel.withLock { $0 != nil } }

        func set(_ targets: [ServiceRoutes.Target]) { self.targets.withLock { $0.all = targets } }

        /// All endpoints, those whose turn it is first.
        func take() -> [ServiceRoutes.Target] {
            targets.withLock { targets in
                guard !targets.all.isEmpty else { return [] }
                let first = targets.next % targets.all.count
                targets.next = first + 1
                return Array(targets.all[first...] + targets.all[..<first])
            }
        }
    }

    /// An endpoint was there when it was listened for, and is no more.
    private struct NoEndpoint: Error {}

    /// How long an endpoint may take to accept a connection.
    private static let connectTimeout = TimeAmount.seconds(5)
    /// How many endpoints are tried for one connection.
    private static let tries = 3

    private struct State {
        var routes = ServiceRoutes()
        /// The Services that may have changed since they were last looked at.
        var changed: Set<ObjectKey> = []
    }

    private let state = Mutex(State())
    private let events: NodeEvents
    private let logger: Logger
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(events: NodeEvents, logger: Logger) {
        self.events = events
        self.logger = logger
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: What the cluster says

    func set(_ service: ServiceManifest) { change(service.key) { $0.set(service) } }
    func remove(_ service: ServiceManifest) { change(service.key) { $0.remove(service) } }
    func set(_ slice: EndpointSliceManifest) { change(slice.service) { $0.set(slice) } }
    func remove(_ slice: EndpointSliceManifest) { change(slice.service) { $0.remove(slice) } }
    func replace(_ services: [ServiceManifest]) { change { $0.replace(services) } }
    func replace(_ slices: [EndpointSliceManifest]) { change { $0.replace(slices) } }

    private func change(_ service: ObjectKey?, _ body: (inout ServiceRoutes) -> Void) {
        change { routes in
            body(&routes)
            return Set([service].compactMap(\.self))
        }
    }

    private func change(_ body: (inout ServiceRoutes) -> Set<ObjectKey>) {
        state.withLock { $0.changed.formUnion(body(&$0.routes)) }
        signal.yield()
    }

    // MARK: Listening

    /// Follows the Services until it is cancelled.
    func run() async {
        var listeners: [ObjectKey: [ServiceRoutes.Front: Listener]] = [:]
        for await _ in signals {
            let changed = state.withLock { state in
                defer { state.changed = [] }
                return state.changed
            }
            for key in changed { await update(key, &listeners[key, default: [:]]) }
            for key in changed where listeners[key]?.isEmpty == true { listeners[key] = nil }
        }
        for listener in listeners.values.flatMap(\.values) { await close(listener) }
    }

    private func update(_ key: ObjectKey, _ listeners: inout [ServiceRoutes.Front: Listener]) async {
        let (wanted, uid) = state.withLock { ($0.routes.routes(of: key), $0.routes.services[key]?.metadata.uid ?? "") }
        for (front, listener) in listeners where wanted[front] == nil {
            listeners[front] = nil
            await close(listener)
        }
        for (front, targets) in wanted {
            let known = listeners[front]
            known?.set(targets)
            if known?.isListening == true { continue }
            let listener = known ?? Listener(targets)
            listeners[front] = listener
            do {
                let channel = try await listen(at: front, listener)
                listener.channel.withLock { $0 = channel }
            } catch {
                // It is tried again when something changes, and told once.
                guard known == nil else { continue }
                let place = "\(front.address):\(front.port)"
                logger.warning(
                    "a Service's address can't be listened at",
                    metadata: ["service": "\(key)", "address": "\(place)", "error": "\(error)"])
                events.tell(
                    NodeEvents.Event(
                        kind: "Service", object: key, uid: uid, isWarning: true, reason: "FailedToListen",
                        action: "Listening",
                        note: "connections to \(place) are not passed on to the Service's endpoints: \(error)",
                        reporter: "kube-proxy"))
            }
        }
    }

    private func close(_ listener: Listener) async {
        let channel = listener.channel.withLock { channel in
            defer { channel = nil }
            return channel
        }
        try? await channel?.close()
    }

    private func listen(at front: ServiceRoutes.Front, _ listener: Listener) async throws -> any Channel {
        try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                let targets = listener.take().prefix(Self.tries)
                return Self.connect(targets, on: channel.eventLoop).flatMapThrowing { other in
                    let (near, far) = RelayHandler.pair()
                    try channel.pipeline.syncOperations.addHandler(near)
                    try other.pipeline.syncOperations.addHandler(far)
                }
            }
            .bind(host: front.address, port: front.port).get()
    }

    /// Connects to the first endpoint that accepts.
    private static func connect(
        _ targets: ArraySlice<ServiceRoutes.Target>, on loop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        guard let target = targets.first else { return loop.makeFailedFuture(NoEndpoint()) }
        let attempt = ClientBootstrap(group: loop)
            .connectTimeout(connectTimeout)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: target.address, port: target.port)
        guard targets.count > 1 else { return attempt }
        return attempt.flatMapError { _ in connect(targets.dropFirst(), on: loop) }
    }
}
