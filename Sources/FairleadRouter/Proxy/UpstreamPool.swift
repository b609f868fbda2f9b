import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix

/// The connections of one event loop to model servers.
///
/// Guarantees: a connection without a request is closed before a common server closes it; no endpoint that left the
/// table keeps one for longer than that.
final class UpstreamPool {
    /// The connections to an endpoint that have no request.
    final class Shelf {
        /// The one used last at the end.
        fileprivate var connections: [UpstreamConnection] = []
        /// Whether the pool still looks here.
        fileprivate(set) var isListed = true

        /// Takes a connection back that can serve another request.
        func add(_ connection: UpstreamConnection) { connections.append(connection) }

        /// Forgets a connection that is closed.
        func remove(_ connection: UpstreamConnection) { connections.removeAll { $0 === connection } }
    }

    let scratch: OutgoingBytes.Scratch
    /// The time of the last sweep.
    private(set) var now = NIODeadline.now()
    private let eventLoop: any EventLoop
    private let limits: ProxyLimits
    private let bootstrap: ClientBootstrap
    private var shelves: [Endpoint: Shelf] = [:]
    private var multiplexed: [Endpoint: [UpstreamMultiplex]] = [:]
    /// Who waits for the one HTTP/2 connection to an endpoint that is being made.
    private var waiting: [Endpoint: [Exchange]] = [:]

    init(eventLoop: any EventLoop, limits: ProxyLimits, scratch: OutgoingBytes.Scratch) {
        self.eventLoop = eventLoop
        self.limits = limits
        self.scratch = scratch
        bootstrap = ClientBootstrap(group: eventLoop).connectTimeout(limits.connectTimeout)
    }

    /// Attaches an exchange to a connection, or tells it that none came about.
    ///
    /// - Parameters:
    ///   - endpoint: Where to.
    ///   - freshly: Whether a connection that was used before won't do.
    ///   - exchange: For whom.
    ///   - flushing: Whether what is sent first is to be flushed.
    func connect(to endpoint: Endpoint, freshly: Bool, for exchange: Exchange, flushing: Bool) {
        if endpoint.usesHTTP2 { return openStream(to: endpoint, freshly: freshly, for: exchange) }
        let shelf = shelf(of: endpoint)
        while !freshly, let connection = shelf.connections.popLast() {
            if connection.isOpen { return connection.attach(exchange, isReused: true, flushing: flushing) }
        }
        open(endpoint) { [self] result in
            switch result {
            case .failure: exchange.upstreamFailed(.unreachable)
            case .success(let channel):
                let connection = UpstreamConnection(endpoint, shelf: shelf, pool: self)
                do {
                    try channel.pipeline.syncOperations.addHandlers(connection.handlers)
                } catch {
                    return exchange.upstreamFailed(.unreachable)
                }
                connection.attach(exchange, isReused: false, flushing: true)
            }
        }
    }

    /// Forgets a connection that takes no streams any more.
    func forget(_ multiplex: UpstreamMultiplex) {
        multiplexed[multiplex.endpoint]?.removeAll { $0 === multiplex }
        if multiplexed[multiplex.endpoint]?.isEmpty == true { multiplexed[multiplex.endpoint] = nil }
    }

    /// Closes what was idle for too long.
    func sweep(_ now: NIODeadline) {
        self.now = now
        let limit = now - limits.upstreamIdleTimeout
        var expired: [UpstreamConnection] = []
        for shelf in shelves.values {
            // In the order of their last use.
            let old = shelf.connections.prefix { $0.idleSince <= limit }
            expired += old
            shelf.connections.removeFirst(old.count)
        }
        for connection in expired { connection.close() }
        for (endpoint, shelf) in shelves where shelf.connections.isEmpty {
            shelf.isListed = false
            shelves[endpoint] = nil
        }
        let unused = multiplexed.values.joined().filter { $0.streams == 0 && $0.idleSince <= limit }
        for multiplex in unused { multiplex.close() }
    }

    /// Closes everything.
    func close() {
        let connections = shelves.values.flatMap(\.connections)
        for shelf in shelves.values { shelf.connections = [] }
        for connection in connections { connection.close() }
        for multiplex in multiplexed.values.joined() { multiplex.close() }
    }

    /// Where an endpoint's connections wait.
    func shelf(of endpoint: Endpoint) -> Shelf {
        if let shelf = shelves[endpoint] { return shelf }
        let shelf = Shelf()
        shelves[endpoint] = shelf
        return shelf
    }

    private func openStream(to endpoint: Endpoint, freshly: Bool, for exchange: Exchange) {
        if !freshly, let multiplex = multiplexed[endpoint]?.first(where: \.hasRoom) {
            return multiplex.openStream(for: exchange, isReused: true)
        }
        waiting[endpoint, default: []].append(exchange)
        guard waiting[endpoint]?.count == 1 else { return }
        open(endpoint) { [self] result in
            let exchanges = waiting.removeValue(forKey: endpoint) ?? []
            guard case .success(let channel) = result,
                let multiplex = try? UpstreamMultiplex(endpoint, channel: channel, pool: self)
            else { return exchanges.forEach { $0.upstreamFailed(.unreachable) } }
            multiplexed[endpoint, default: []].append(multiplex)
            for (index, exchange) in exchanges.enumerated() {
                // The first one meets a connection that broke at once, so that this comes to an end.
                if index == 0 || multiplex.hasRoom {
                    multiplex.openStream(for: exchange, isReused: false)
                } else {
                    openStream(to: endpoint, freshly: false, for: exchange)
                }
            }
        }
    }

    private func open(_ endpoint: Endpoint, _ body: @escaping (Result<any Channel, any Error>) -> Void) {
        do {
            let address = try SocketAddress(ipAddress: endpoint.host, port: endpoint.port)
            bootstrap.connect(to: address).assumeIsolated().whenComplete(body)
        } catch {
            // A pod's address is a number; resolving a name here could lead anywhere.
            eventLoop.assumeIsolated().execute { body(.failure(error)) }
        }
    }
}
