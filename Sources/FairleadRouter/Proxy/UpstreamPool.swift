import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix

/// The connections of one event loop to model servers.
///
/// Guarantees: a connection without a request is closed before a common server closes it; no endpoint that left the
/// table keeps one for longer than that.
final class UpstreamPool {
    private let eventLoop: any EventLoop
    private let limits: ProxyLimits
    private let bootstrap: ClientBootstrap
    /// Connections without a request, the one used last at the end.
    private var idle: [Endpoint: [UpstreamConnection]] = [:]
    private var multiplexed: [Endpoint: [UpstreamMultiplex]] = [:]
    /// Who waits for the one HTTP/2 connection to an endpoint that is being made.
    private var waiting: [Endpoint: [Exchange]] = [:]

    init(eventLoop: any EventLoop, limits: ProxyLimits) {
        self.eventLoop = eventLoop
        self.limits = limits
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
        if !freshly, let connection = takeIdle(endpoint) {
            connection.attach(exchange, isReused: true, flushing: flushing)
            return
        }
        open(endpoint) { [self] result in
            switch result {
            case .failure: exchange.upstreamFailed(.unreachable)
            case .success(let channel):
                let connection = UpstreamConnection(endpoint, pool: self, now: .now())
                do {
                    try channel.pipeline.syncOperations.addHandlers(connection.handlers)
                } catch {
                    return exchange.upstreamFailed(.unreachable)
                }
                connection.attach(exchange, isReused: false, flushing: true)
            }
        }
    }

    /// Takes a connection back that can serve another request.
    func release(_ connection: UpstreamConnection) { idle[connection.endpoint, default: []].append(connection) }

    /// Forgets a connection that is closed.
    func forget(_ connection: UpstreamConnection) {
        guard var connections = idle[connection.endpoint] else { return }
        idle[connection.endpoint] = nil
        connections.removeAll { $0 === connection }
        if !connections.isEmpty { idle[connection.endpoint] = connections }
    }

    /// Forgets a connection that takes no streams any more.
    func forget(_ multiplex: UpstreamMultiplex) {
        multiplexed[multiplex.endpoint]?.removeAll { $0 === multiplex }
        if multiplexed[multiplex.endpoint]?.isEmpty == true { multiplexed[multiplex.endpoint] = nil }
    }

    /// Closes what was idle for too long.
    func sweep(_ now: NIODeadline) {
        let limit = now - limits.upstreamIdleTimeout
        var expired: [UpstreamConnection] = []
        for (endpoint, connections) in idle {
            // In the order of their last use.
            let old = connections.prefix { $0.idleSince <= limit }
            guard !old.isEmpty else { continue }
            expired += old
            idle[endpoint] = old.count == connections.count ? nil : Array(connections.dropFirst(old.count))
        }
        for connection in expired { connection.close() }
        let unused = multiplexed.values.joined().filter { $0.streams == 0 && $0.idleSince <= limit }
        for multiplex in unused { multiplex.close() }
    }

    /// Closes everything.
    func close() {
        let connections = idle.values.joined()
        idle = [:]
        for connection in connections { connection.close() }
        for multiplex in multiplexed.values.joined() { multiplex.close() }
    }

    private func takeIdle(_ endpoint: Endpoint) -> UpstreamConnection? {
        while let connection = idle[endpoint]?.popLast() {
            if idle[endpoint]?.isEmpty == true { idle[endpoint] = nil }
            if connection.isOpen { return connection }
        }
        return nil
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
