import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import PropertyTesting

/// One track with its pods, its routers and its requests, on a clock of its own: all that a rollout depends on.
struct RolloutWorld {
    /// A router that counts.
    struct Router { var report: RouterReport }

    static let service = "risk/churn"

    var now = Date(timeIntervalSince1970: 1_767_225_600)
    var spec: RolloutSpec { didSet { isSpecNew = true } }
    var isSpecNew = false
    var readyTimeout = FairleadDuration(seconds: 1200)
    var wanted: String?
    var readiness: [String: RevisionReadiness] = [:]
    /// The share of a revision's requests that fail, and how long its answers take.
    var behaviour: [String: (errors: Double, latency: Duration)] = [:]
    var status: RolloutStatus?
    var weights: [String: Int] = [:]
    var events: [PlannedEvent] = []
    var outcome = RolloutOutput.Outcome.underWay
    var windows = RolloutWindows()
    var routers: [Router] = []
    var made = 0
    /// How many requests each revision got, and how many of them failed.
    var served: [String: (requests: Int, errors: Int)] = [:]
    var generator: SeededGenerator

    init(_ spec: RolloutSpec, seed: UInt64 = 1, routers count: Int = 2) {
        self.spec = spec
        generator = SeededGenerator(seed: seed)
        for _ in 0..<count { addRouter() }
    }

    mutating func addRouter() {
        made += 1
        let time = MicroTime(now.addingTimeInterval(Double(made) / 1000))
        routers.append(Router(report: RouterReport(router: "router-\(made)", started: time, at: time)))
    }

    /// A router that starts anew under its old name counts from 0.
    mutating func restartRouter(_ index: Int) {
        made += 1
        let time = MicroTime(now.addingTimeInterval(Double(made) / 1000))
        routers[index].report = RouterReport(router: routers[index].report.router, started: time, at: time)
    }

    mutating func removeRouter(_ index: Int) {
        let gone = routers.remove(at: index)
        windows.sum.remove(router: gone.report.router)
    }

    /// A controller that starts anew has the status, and nothing else.
    mutating func restartController() {
        windows = RolloutWindows()
        for router in routers { windows.sum.begin(with: router.report) }
    }

    /// Makes a revision's pods ready, or not.
    mutating func set(_ revision: String, _ state: RevisionStatus.State, _ message: String? = nil) {
        let wasServing = readiness[revision]?.isServing
        let isServing = state == .ready || state == .sleeping
        let since = wasServing == isServing ? readiness[revision]?.since ?? now : now
        readiness[revision] = RevisionReadiness(state, since: since, message: message)
    }

    /// Plans once, as the controller does, and returns what was decided.
    @discardableResult
    mutating func plan() -> RolloutOutput {
        let output = RolloutMachine.plan(input(), now: now)
        status = output.status
        weights = output.weights
        events += output.events
        outcome = output.outcome
        isSpecNew = false
        return output
    }

    mutating func input() -> RolloutInput {
        let seen = windows.windows(service: Self.service, status, minRequests: spec.effectiveMinRequests)
        return RolloutInput(
            spec: spec, readyTimeout: readyTimeout, previous: status, wanted: wanted, isSpecNew: isSpecNew,
            readiness: readiness,
            candidate: seen.candidate, stable: seen.stable)
    }

    /// Sends requests through the routers by the weights.
    mutating func send(_ count: Int) {
        guard !routers.isEmpty, !weights.isEmpty else { return }
        let order = weights.sorted { $0.key < $1.key }
        var counts = [(requests: Int, errors: Int)](repeating: (0, 0), count: order.count)
        for _ in 0..<count {
            var place = Int(generator.next() % 100)
            for index in order.indices {
                place -= order[index].value
                guard place < 0 else { continue }
                counts[index].requests += 1
                if generator.chance(behaviour[order[index].key]?.errors ?? 0) { counts[index].errors += 1 }
                break
            }
        }
        for (index, count) in counts.enumerated() where count.requests > 0 {
            let name = order[index].key
            served[name, default: (0, 0)].requests += count.requests
            served[name, default: (0, 0)].errors += count.errors
            // One router has the errors, and its share of the rest.
            let router = Int(generator.next() % UInt64(routers.count))
            let rest = (count.requests - count.errors) / 2
            note(name, on: router, requests: count.requests - rest, errors: count.errors)
            note(name, on: (router + 1) % routers.count, requests: rest, errors: 0)
        }
    }

    private mutating func note(_ revision: String, on router: Int, requests: Int, errors: Int) {
        let bucket = LatencyHistogram.bucket(of: behaviour[revision]?.latency ?? .milliseconds(20))
        var counters = routers[router].report.services[Self.service]?.revisions[revision] ?? RevisionReport()
        counters.requests += UInt64(requests)
        counters.errors += UInt64(errors)
        counters.buckets.add(UInt64(requests), toBucket: bucket)
        routers[router].report.services[Self.service, default: ServiceReport()].revisions[revision] = counters
    }

    /// Lets the controller read all reports.
    mutating func report() {
        for index in routers.indices {
            routers[index].report.at = MicroTime(max(now, routers[index].report.at.date))
            windows.sum.fold(routers[index].report)
        }
    }

    /// A second with requests, in which the controller sees what the routers count.
    mutating func second(requests: Int) {
        now = now.addingTimeInterval(1)
        send(requests)
        report()
        plan()
    }

    /// Seconds with requests, until something holds; how many there were.
    @discardableResult
    mutating func run(_ seconds: Int, requests: Int = 50, until isOver: (Self) -> Bool = { _ in false }) -> Int {
        for second in 0..<seconds {
            if isOver(self) { return second }
            self.second(requests: requests)
        }
        return seconds
    }

    /// Makes a revision serve everything, as the first of all.
    mutating func start(with revision: String) {
        wanted = revision
        set(revision, .ready)
        plan()
    }
}
