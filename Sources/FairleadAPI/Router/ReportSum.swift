/// The sum of all routers' reports, as one reader has seen them.
///
/// Guarantees: the totals of a revision never shrink, whether routers restart, vanish or come back; they grow by
/// exactly what ended, each request counted once, however often a report is read.
///
/// Caveats: what a router counted before the reader began is not in the totals, nor what it counts between its last
/// report and its end.
public struct ReportSum: Sendable {
    /// A revision of a service.
    public struct Key: Sendable, Hashable {
        /// The service, as `namespace/name`.
        public var service: String
        /// The revision's name.
        public var revision: String

        /// Names a revision.
        public init(service: String, revision: String) {
            self.service = service
            self.revision = revision
        }
    }

    /// By service and revision.
    private typealias Counters = [String: [String: RequestWindow]]

    private struct Router: Sendable {
        /// Its newest report.
        var report: RouterReport
        /// Its counters as last seen: also of what a report has left out since.
        var counters: Counters = [:]
    }

    /// How many routers that are gone are remembered, in case they come back.
    private static let maxGone = 64

    private var routers: [String: Router] = [:]
    /// The last that went is the last here.
    private var gone: [Router] = []
    private var totals: Counters = [:]

    /// Nothing seen yet.
    public init() {}

    /// The routers whose reports are in the sum.
    public var routerNames: Set<String> { Set(routers.keys) }

    /// The services of which something is remembered.
    public var services: Set<String> { Set(totals.keys) }

    /// What ended since the reader began.
    public func total(_ key: Key) -> RequestWindow { totals[key.service]?[key.revision] ?? RequestWindow() }

    /// Requests of a revision that are there now, worked on or waiting.
    public func concurrency(_ key: Key) -> Int {
        routers.values.reduce(0) { sum, router in
            sum.addingSaturated(router.report.services[key.service]?.revisions[key.revision]?.concurrency ?? 0)
        }
    }

    /// Takes a report that was there when the reader began: what it has counted was before.
    public mutating func begin(with report: RouterReport) {
        guard routers[report.router] == nil else { return }
        var router = Router(report: report)
        Self.each(of: report) { router.counters[$0.service, default: [:]][$0.revision] = $1.window }
        routers[report.router] = router
    }

    /// Takes a newer report.
    ///
    /// - Returns: The services of which it tells something new.
    @discardableResult
    public mutating func fold(_ report: RouterReport) -> Set<String> {
        var router = known(report.router) ?? Router(report: report)
        if router.report.started != report.started {
            router.counters = [:]
        } else if router.report.at > report.at {
            routers[report.router] = router
            return []
        }
        var changed: Set<String> = []
        for (name, service) in router.report.services where report.services[name] != service { changed.insert(name) }
        for (name, service) in report.services where router.report.services[name] != service { changed.insert(name) }
        Self.each(of: report) { key, revision in
            let window = revision.window
            let last = router.counters[key.service]?[key.revision] ?? RequestWindow()
            // A router that let a revision go and took it back counts it from nothing again.
            let earlier = window.requests < last.requests ? RequestWindow() : last
            router.counters[key.service, default: [:]][key.revision] = window
            guard window.requests > earlier.requests else { return }
            totals[key.service, default: [:]][key.revision, default: RequestWindow()].add(window.since(earlier))
            changed.insert(key.service)
        }
        router.report = report
        routers[report.router] = router
        return changed
    }

    /// Takes a router out that is gone: what it counted stays counted, what it was working on is not there any more.
    ///
    /// - Returns: The services that it told of.
    @discardableResult
    public mutating func remove(router name: String) -> Set<String> {
        guard let router = routers.removeValue(forKey: name) else { return [] }
        gone.append(router)
        if gone.count > Self.maxGone { gone.removeFirst(gone.count - Self.maxGone) }
        return Set(router.report.services.keys)
    }

    /// Forgets a service's revisions that are of no use any more.
    public mutating func retain(service: String, revisions: Set<String>) {
        let known = totals[service]?.filter { revisions.contains($0.key) }
        totals[service] = known?.isEmpty == true ? nil : known
        for (name, router) in routers {
            // Of what is still reported the counters stay, or it would be counted again.
            let reported = router.report.services[service]?.revisions ?? [:]
            let kept = router.counters[service]?.filter {
                revisions.contains($0.key) || reported[$0.key] != nil
            }
            routers[name]?.counters[service] = kept?.isEmpty == true ? nil : kept
        }
    }

    private mutating func known(_ name: String) -> Router? {
        if let router = routers[name] { return router }
        guard let index = gone.firstIndex(where: { $0.report.router == name }) else { return nil }
        return gone.remove(at: index)
    }

    private static func each(of report: RouterReport, _ body: (Key, RevisionReport) -> Void) {
        for (service, content) in report.services {
            for (revision, counters) in content.revisions { body(Key(service: service, revision: revision), counters) }
        }
    }
}
