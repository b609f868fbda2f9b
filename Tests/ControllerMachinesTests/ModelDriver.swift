import ControllerMachines
import KubernetesCore
import PropertyTesting

/// Performs a watch machine's steps against the model server, with faults on the way.
struct ModelDriver {
    private(set) var table = ObjectTable<TestObject>()
    /// The sum of all changes.
    private(set) var folded: [ObjectKey: TestObject] = [:]
    private(set) var lists = 0
    private(set) var isMonotone = true
    private(set) var lastStepWasFaulty = false
    private var now = Duration.zero
    private var collected: [TestObject] = []
    private var watchVersion = 0

    mutating func step(
        _ machine: inout WatchMachine, _ server: inout ModelServer, _ random: inout SeededGenerator, isFaulty: Bool
    ) {
        lastStepWasFaulty = false
        switch machine.next(random: random.unit()) {
        case .wait(let delay): now += delay
        case .list(let query, let startsSnapshot):
            lists += 1
            if startsSnapshot { collected = [] }
            if isFaulty, random.chance(0.2), let failure = Self.failures.randomElement(using: &random) {
                fail(&machine, failure, &random)
                return
            }
            do {
                let (meta, items) = try server.list(query)
                collected += items
                if case .swap(let version) = machine.listed(meta, now: now, random: random.unit()) {
                    swap(version)
                }
            } catch {
                fail(&machine, error, &random)
            }
        case .watch(let query):
            machine.watchBegan(now: now)
            if query.sendInitialEvents { collected = [] }
            watch(query, &machine, server, &random, isFaulty: isFaulty)
        }
    }

    private static let failures: [WatchFailure] = [
        .expired, .throttled(retryAfter: .seconds(3)), .forbidden, .connect, .interrupted, .server, .other,
        .invalid, .silent,
    ]

    private mutating func watch(
        _ query: WatchQuery, _ machine: inout WatchMachine, _ server: ModelServer, _ random: inout SeededGenerator,
        isFaulty: Bool
    ) {
        if isFaulty, random.chance(0.2), let failure = Self.failures.randomElement(using: &random) {
            fail(&machine, failure, &random)
            return
        }
        do {
            var events =
                query.sendInitialEvents
                ? server.initialEvents() : try server.watch(from: Int(query.resourceVersion?.rawValue ?? "") ?? -1)
            if isFaulty { events = Self.disturb(events, &random) }
            for event in events {
                now += .milliseconds(10)
                take(event, machine.received(WatchMachine.Received(event), now: now))
            }
            if isFaulty, random.chance(0.3) {
                fail(&machine, [.interrupted, .expired, .server].randomElement(using: &random) ?? .server, &random)
            } else {
                machine.watchEnded(now: now, random: random.unit())
            }
        } catch {
            fail(&machine, error, &random)
        }
    }

    /// Cuts events off and repeats some of them, also long after.
    private static func disturb(
        _ events: [WatchEvent<TestObject>], _ random: inout SeededGenerator
    ) -> [WatchEvent<TestObject>] {
        var result: [WatchEvent<TestObject>] = []
        for event in events.prefix(Int.random(in: 0...events.count, using: &random)) {
            result.append(event)
            if random.chance(0.2), let again = result.randomElement(using: &random) {
                // The end of an initial state is told once: after it, the same stream brings changes.
                if case .bookmark(_, isInitialEventsEnd: true) = again { continue }
                result.append(again)
            }
        }
        return result
    }

    private mutating func take(_ event: WatchEvent<TestObject>, _ action: WatchMachine.EventAction) {
        switch (action, event) {
        case (.apply(let version), .added(let object)), (.apply(let version), .modified(let object)):
            fold(table.upsert(object))
            advance(version)
        case (.apply(let version), .deleted(let object)):
            fold(table.remove(object.key, last: object))
            advance(version)
        case (.advance(let version), _): advance(version)
        case (.collect, .added(let object)):
            collected.removeAll { $0.key == object.key }
            collected.append(object)
        case (.swap(let version), _): swap(version)
        default: break
        }
    }

    private mutating func swap(_ version: ResourceVersion) {
        fold(table.replace(with: collected, resourceVersion: version))
        collected = []
    }

    private mutating func advance(_ version: ResourceVersion?) {
        guard let version else { return }
        if let last = table.lastResourceVersion(), version.isAtLeast(last) != true { isMonotone = false }
        table.advance(to: version)
    }

    private mutating func fold(_ changes: [ObjectChange<TestObject>]) {
        for change in changes { folded[change.key] = change.isDeletion ? nil : change.object }
    }

    private mutating func fail(
        _ machine: inout WatchMachine, _ failure: WatchFailure, _ random: inout SeededGenerator
    ) {
        lastStepWasFaulty = true
        machine.failed(failure, now: now, random: random.unit())
    }
}
