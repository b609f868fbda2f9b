import ControllerMachines
import KubernetesCore
import PropertyTesting
import Testing

@Suite struct WatchMachineTests {
    /// A machine that has listed at version 100 and watches.
    private func watching(events: Int = 0) -> WatchMachine {
        var machine = WatchMachine()
        _ = machine.next(random: 0)
        _ = machine.listed(ListMeta(resourceVersion: "100"), now: .zero, random: 0)
        _ = machine.next(random: 0)
        machine.watchBegan(now: .zero)
        for index in 0..<events {
            _ = machine.received(.change(ResourceVersion("\(101 + index)")), now: .zero)
        }
        return machine
    }

    @Test func listsInPagesThenWatchesFromTheListsVersion() {
        var machine = WatchMachine(.init(labelSelector: "a=b", pageSize: 2))
        #expect(machine.next(random: 0) == .list(ListQuery(labelSelector: "a=b", limit: 2), startsSnapshot: true))
        #expect(machine.listed(ListMeta(resourceVersion: "7", continueToken: "t"), now: .zero, random: 0) == .collect)
        #expect(
            machine.next(random: 0)
                == .list(ListQuery(labelSelector: "a=b", limit: 2, continueToken: "t"), startsSnapshot: false))
        #expect(machine.listed(ListMeta(resourceVersion: "7"), now: .zero, random: 0) == .swap("7"))
        #expect(
            machine.next(random: 0)
                == .watch(WatchQuery(labelSelector: "a=b", resourceVersion: "7", timeoutSeconds: 300)))
        #expect(
            machine.next(random: 1)
                == .watch(WatchQuery(labelSelector: "a=b", resourceVersion: "7", timeoutSeconds: 600)))
    }

    @Test func aListWithoutVersionIsNoList() {
        var machine = WatchMachine()
        #expect(machine.listed(ListMeta(), now: .zero, random: 0) == .discard)
        #expect(machine.next(random: 0) == .wait(.milliseconds(800)))
        #expect(machine.next(random: 0) == .list(ListQuery(limit: 500), startsSnapshot: true))
    }

    @Test func anExpiredTokenRestartsTheListWhole() {
        var machine = WatchMachine()
        _ = machine.listed(ListMeta(resourceVersion: "7", continueToken: "t"), now: .zero, random: 0)
        machine.failed(.expired, now: .zero, random: 0)
        #expect(machine.next(random: 0) == .list(ListQuery(), startsSnapshot: true))
    }

    @Test func aFailedPageIsAskedForAgain() {
        var machine = WatchMachine()
        _ = machine.listed(ListMeta(resourceVersion: "7", continueToken: "t"), now: .zero, random: 0)
        machine.failed(.server, now: .zero, random: 0)
        #expect(machine.next(random: 0) == .wait(.milliseconds(800)))
        #expect(machine.next(random: 0) == .list(ListQuery(limit: 500, continueToken: "t"), startsSnapshot: false))
    }

    @Test func aNormalEndWatchesOnAtOnce() {
        var machine = watching(events: 1)
        machine.watchEnded(now: .milliseconds(10), random: 0)
        #expect(machine.next(random: 0) == .watch(WatchQuery(resourceVersion: "101", timeoutSeconds: 300)))
        machine.watchBegan(now: .seconds(1))
        machine.watchEnded(now: .seconds(301), random: 0)
        #expect(machine.next(random: 0) == .watch(WatchQuery(resourceVersion: "101", timeoutSeconds: 300)))
    }

    @Test func aVeryShortWatchWaitsMoreAndMore() {
        var machine = watching()
        for delay in [800, 1600, 3200] {
            machine.watchEnded(now: .milliseconds(10), random: 0)
            #expect(machine.next(random: 0) == .wait(.milliseconds(delay)))
            #expect(machine.next(random: 0) == .watch(WatchQuery(resourceVersion: "100", timeoutSeconds: 300)))
            machine.watchBegan(now: .zero)
        }
    }

    @Test(arguments: [WatchFailure.connect, .forbidden, .throttled(retryAfter: nil), .server])
    func whatMayPassKeepsTheVersion(failure: WatchFailure) {
        var machine = watching(events: 3)
        machine.failed(failure, now: .seconds(5), random: 0)
        #expect(machine.next(random: 0) == .wait(.milliseconds(800)))
        #expect(machine.next(random: 0) == .watch(WatchQuery(resourceVersion: "103", timeoutSeconds: 300)))
    }

    @Test func anotherTimeIsWaitedForAsTheServerAsks() {
        var machine = watching()
        machine.failed(.throttled(retryAfter: .seconds(17)), now: .zero, random: 0)
        #expect(machine.next(random: 0) == .wait(.seconds(17)))
    }

    @Test func aBrokenStreamGoesOnAtOnceIfItMadeProgress() {
        var machine = watching(events: 2)
        machine.failed(.interrupted, now: .milliseconds(1), random: 0)
        #expect(machine.next(random: 0) == .watch(WatchQuery(resourceVersion: "102", timeoutSeconds: 300)))
        machine.watchBegan(now: .milliseconds(1))
        machine.failed(.interrupted, now: .milliseconds(2), random: 0)
        #expect(machine.next(random: 0) == .wait(.milliseconds(800)))
    }

    @Test(arguments: [
        Status(code: 410, reason: "Expired", message: "too old"), Status(code: 410, reason: "Gone", message: "gone"),
    ])
    func anExpiredVersionListsFirstFromItThenFromAnywhere(status: Status) {
        var machine = watching(events: 2)
        #expect(machine.received(.error(status), now: .zero) == .stop(.expired))
        machine.failed(WatchFailure(status), now: .zero, random: 0)
        let relist = ListQuery(resourceVersion: "102", resourceVersionMatch: .notOlderThan)
        #expect(machine.next(random: 0) == .list(relist, startsSnapshot: true))
        machine.failed(.expired, now: .zero, random: 0)
        #expect(machine.next(random: 0) == .list(ListQuery(limit: 500), startsSnapshot: true))
        #expect(machine.listed(ListMeta(resourceVersion: "200"), now: .zero, random: 0) == .swap("200"))
        // A watch that expires without having told anything must not be a hot loop.
        machine.failed(.expired, now: .zero, random: 0)
        #expect(machine.next(random: 0) == .wait(.milliseconds(800)))
    }

    @Test func aServerThatFailsForAMinuteIsListedAnew() {
        var machine = watching(events: 1)
        machine.failed(.server, now: .zero, random: 0)
        machine.failed(.server, now: .seconds(59), random: 0)
        _ = machine.next(random: 0)
        #expect(machine.next(random: 0) == .watch(WatchQuery(resourceVersion: "101", timeoutSeconds: 300)))
        machine.failed(.server, now: .seconds(61), random: 0)
        _ = machine.next(random: 0)
        #expect(machine.next(random: 0) == .list(ListQuery(limit: 500), startsSnapshot: true))
    }

    @Test func bookmarksAdvanceAndWhatWasSeenIsIgnored() {
        var machine = watching()
        #expect(machine.received(.bookmark("150", isInitialEventsEnd: false), now: .zero) == .advance("150"))
        #expect(machine.received(.change("149"), now: .zero) == .ignore)
        #expect(machine.received(.change("150"), now: .zero) == .ignore)
        #expect(machine.received(.change("1000"), now: .zero) == .apply("1000"))
        #expect(machine.received(.bookmark("999", isInitialEventsEnd: false), now: .zero) == .ignore)
        #expect(machine.lastResourceVersion == "1000")
    }

    @Test func aStreamedInitialStateReplacesTheTableAndIsAskedForOnce() {
        var machine = WatchMachine(.init(streamsInitialState: true))
        #expect(machine.next(random: 0) == .watch(WatchQuery(timeoutSeconds: 300, sendInitialEvents: true)))
        machine.watchBegan(now: .zero)
        #expect(machine.received(.change("90"), now: .zero) == .collect)
        #expect(machine.received(.change("80"), now: .zero) == .collect)
        #expect(machine.received(.bookmark("95", isInitialEventsEnd: true), now: .zero) == .swap("95"))
        #expect(machine.received(.change("96"), now: .zero) == .apply("96"))
        machine.failed(.interrupted, now: .zero, random: 0)
        #expect(machine.next(random: 0) == .watch(WatchQuery(resourceVersion: "96", timeoutSeconds: 300)))
    }

    @Test func aServerThatCannotStreamTheInitialStateIsListed() {
        var machine = WatchMachine(.init(streamsInitialState: true))
        machine.watchBegan(now: .zero)
        machine.failed(.other, now: .zero, random: 0)
        #expect(machine.next(random: 0) == .wait(.milliseconds(800)))
        #expect(machine.next(random: 0) == .list(ListQuery(limit: 500), startsSnapshot: true))
    }

    @Test func refusalsAreReadFromStatuses() {
        let tooNew = Status(
            code: 504, reason: "Timeout", message: "Too large resource version",
            details: .init(causes: [.init(reason: "ResourceVersionTooLarge", message: nil, field: nil)]))
        #expect(WatchFailure(tooNew) == .expired)
        #expect(WatchFailure(Status(code: 429, reason: "TooManyRequests", message: "")) == .throttled(retryAfter: nil))
        var later = Status(code: 429, reason: "TooManyRequests", message: "")
        later.details = .init(retryAfterSeconds: .max)
        #expect(WatchFailure(later) == .throttled(retryAfter: .seconds(3600)))
        #expect(WatchFailure(Status(code: 401, reason: "Unauthorized", message: "")) == .forbidden)
        #expect(WatchFailure(Status(code: 503, reason: "ServiceUnavailable", message: "")) == .server)
        #expect(WatchFailure(Status(code: 404, reason: "NotFound", message: "")) == .other)
    }

    /// Lists and watches through every fault that the model server knows; then all is well, and the table must be
    /// the server's state, and the sum of the changes as well.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func theTableEndsEqualToTheServersState(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var server = ModelServer()
        var machine = WatchMachine(.init(pageSize: 3, streamsInitialState: seed % 4 == 0))
        var driver = ModelDriver()
        for step in 0..<400 {
            if random.chance(0.7) { server.change(using: &random) }
            if random.chance(0.05) { server.compact() }
            driver.step(&machine, &server, &random, isFaulty: true)
            guard !driver.isMonotone else { continue }
            Issue.record("seed \(seed), step \(step): the version went back")
            return
        }
        var rounds = 0
        while driver.table.values.count != server.objects.count || driver.lastStepWasFaulty || rounds < 12 {
            driver.step(&machine, &server, &random, isFaulty: false)
            rounds += 1
            if rounds > 50 { break }
        }
        let state = Dictionary(uniqueKeysWithValues: driver.table.values.map { ($0.key, $0) })
        let isEqual = state == server.objects
        let isSumEqual = driver.folded == server.objects
        let hasListedAgain = driver.lists > 1
        #expect(isEqual, "seed \(seed)")
        #expect(isSumEqual, "seed \(seed)")
        #expect(hasListedAgain, "seed \(seed): nothing was tested")
    }
}
