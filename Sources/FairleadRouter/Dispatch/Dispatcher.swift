import KubernetesCore
import NIOCore
import NIOHTTP1
import Synchronization

/// Says of every request where it goes, and keeps the counts.
///
/// Guarantees: nothing here waits or blocks for longer than a few instructions; a request sees the routes before a
/// change or after it, never a part of it.
final class Dispatcher: Sendable {
    /// Asks for a revision that sleeps to be woken; called at most once a second for each that has requests, must not
    /// block.
    typealias Wake = @Sendable (_ service: ObjectKey, _ revision: String) -> Void

    private struct Routes: Sendable {
        var table = RouteTable()
        var services: [ObjectKey: LiveService] = [:]
        var generation: UInt64 = 0
    }

    /// What a change leaves to be done once the lock is free.
    private struct Aftermath {
        var service: LiveService?
        var closed: [Gate] = []
        var key: ObjectKey
        var generation: UInt64
    }

    /// A route may be replaced between the look-up and the gate, but hardly twice.
    private static let tries = 3
    private static let restless = LocalAnswer(
        .serviceUnavailable, error: "the routes change too fast", retryAfter: 1)

    private let domain: String
    private let wake: Wake
    private let log: PayloadLog?
    private let routes = Mutex(Routes())
    private let index: Mutex<HostIndex<LiveService>>

    /// A dispatcher that knows no service yet.
    ///
    /// - Parameters:
    ///   - domain: The cluster's, such as `cluster.local`.
    ///   - log: Takes the payloads of services that want them logged.
    ///   - wake: Asks for a revision that sleeps to be woken.
    init(domain: String = "cluster.local", log: PayloadLog? = nil, wake: @escaping Wake = { _, _ in }) {
        self.domain = domain
        self.log = log
        self.wake = wake
        index = Mutex(HostIndex(domain: domain))
    }

    /// All numbers now.
    var measures: RouterMeasures {
        let services = routes.withLock { Array($0.services.values) }
        return RouterMeasures(revisions: services.flatMap(\.lanes).map(\.measures))
    }

    /// How many services it knows.
    var serviceCount: Int { routes.withLock(\.services.count) }

    /// How many routes were made since the start.
    var routesMade: Int { routes.withLock(\.table.made) }

    /// Takes a change; its cost is that of one service.
    func apply(_ change: RouteChange) {
        let aftermaths = routes.withLock { routes in
            routes.table.apply(change).map { update in
                routes.generation += 1
                let old = routes.services.removeValue(forKey: update.key)
                let new = update.route.map { LiveService($0, after: old, log: log, wake: wake) }
                routes.services[update.key] = new
                index.withLock { index in
                    if let old { index.remove(update.key, hostnames: old.route.hostnames) }
                    if let new { index.set(new, key: update.key, hostnames: new.route.hostnames) }
                }
                let kept = Set((new?.lanes ?? []).flatMap(\.gates).map(ObjectIdentifier.init))
                let closed = (old?.lanes ?? []).flatMap(\.gates).filter { !kept.contains(ObjectIdentifier($0)) }
                return Aftermath(service: new, closed: closed, key: update.key, generation: routes.generation)
            }
        }
        for aftermath in aftermaths {
            aftermath.service?.settle(generation: aftermath.generation)
            for request in aftermath.closed.flatMap({ $0.close() }) { hand(request, to: aftermath.key) }
        }
    }

    /// Gives a request a place that waited at a gate that is gone.
    private func hand(_ request: HeldRequest, to key: ObjectKey) {
        var answer = Self.restless
        for _ in 0..<Self.tries {
            guard let service = routes.withLock({ $0.services[key] }) else {
                answer = LocalAnswer(.notFound, error: "InferenceService \(key) was deleted")
                break
            }
            if service.take(over: request) { return }
        }
        request.promise.fail(request.facts.isGRPC ? answer.inGRPC : answer)
    }

    /// Where a request goes.
    func dispatch(_ request: RequestFacts, on loop: any EventLoop) -> Dispatch {
        for _ in 0..<Self.tries {
            guard let match = index.withLock({ $0.find(host: request.host, path: request.path) }) else {
                let answer = unknown(request)
                return .answer(request.isGRPC ? answer.inGRPC : answer)
            }
            if let dispatch = match.target.dispatch(request, prefix: match.prefix, on: loop) { return dispatch }
        }
        return .answer(request.isGRPC ? Self.restless.inGRPC : Self.restless)
    }

    private func unknown(_ request: RequestFacts) -> LocalAnswer {
        let host = HostIndex<LiveService>.name(inHost: request.host)
        let known = "http://NAME.NAMESPACE.svc.\(domain)/ and /NAMESPACE/NAME/ lead to an InferenceService"
        if let path = HostIndex<LiveService>.service(inPath: request.path), !host.contains(".svc") {
            return LocalAnswer(
                .notFound, error: "no InferenceService \(path), and no one is called \(Self.shown(host)); \(known)")
        }
        return LocalAnswer(.notFound, error: "no InferenceService is called \(Self.shown(host)); \(known)")
    }

    private static func shown(_ host: Substring) -> String {
        host.isEmpty ? "by an empty host" : String(host.prefix(253))
    }
}
