import ControllerMachines
import KubernetesCore
import PropertyTesting
import Testing

@Suite struct WatchMachineTests {
    private static let listing = WatchMachine.Configuration(streamsInitialState: false)

    /// A machine that has listed at version 100 and watches.
    private func watching(events: Int = 0) -> WatchMachine {
        var machine = WatchMachine(Self.listing)
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
        var machine = WatchMachine(.init(labelSelector: "a=b", pageSize: 2, streamsInitialState: false))
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
        var machine = WatchMachine(Self.listing)
        #expect(machine.listed(ListMeta(), now: .zero, random: 0) == .discard)
        #expect(machine.next(random: 0) == .wait(.milliseconds(800)))
        #expect(machine.next(random: 0) == .list(ListQuery(limit: 500), startsSnapshot: true))
    }

    @Test func anExpiredTokenRestartsTheListWhole() {
        var machine = WatchMachine(Self.listing)
        _ = machine.listed(ListMeta(resourceVersion: "7", continueToken: "t"), now: .zero, random: 0)
        machine.failed(.expired, now: .zero, random: 0)
        #expect(machine.next(random: 0) == .list(ListQuery(), startsSnapshot: true))
    }

    @Test func aFailedPageIsAskedForAgain() {
        var machine = WatchMachine(Self.listing)
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

    @Test("Watches that end at once are waited for longer and longer, and from the third on there are lists between")
    func aVeryShortWatchWaitsMoreAndMore() {
        var machine = watching()
        let watch = WatchMachine.Step.watch(WatchQuery(resourceVersion: "100", timeoutSeconds: 300))
        let list = ListQuery(resourceVersion: "100", resourceVersionMatch: .notOlderThan)
        for (delay, isListed) in [(800, false), (1600, false), (3200, true), (6400, true)] {
            machine.watchEnded(now: .milliseconds(10), random: 0)
            #expect(machine.next(random: 0) == .wait(.milliseconds(delay)))
            if isListed {
                #expect(machine.next(random: 0) == .list(list, startsSnapshot: true))
                #expect(machine.listed(ListMeta(resourceVersion: "100"), now: .zero, random: 0) == .swap("100"))
            }
            #expect(machine.next(random: 0) == watch)
            machine.watchBegan(now: .zero)
        }
        // An event says that watches get through.
        _ = machine.received(.change("101"), now: .zero)
        machine.watchEnded(now: .zero, random: 0)
        machine.watchBegan(now: .zero)
        machine.watchEnded(now: .zero, random: 0)
        #expect(machine.next(random: 0) == .wait(.milliseconds(12800)))
        #expect(machine.next(random: 0) == .watch(WatchQuery(resourceVersion: "101", timeoutSeconds: 300)))
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
        var machine = WatchMachine()
        #expect(machine.next(random: 0) == .watch(WatchQuery(timeoutSeconds: 300, sendInitialEvents: true)))
        machine.watchBegan(now: .zero)
        #expect(machine.received(.change("90"), now: .zero) == .collect)
        #expect(machine.received(.change("80"), now: .zero) == .collect)
        #expect(machine.received(.bookmark("95", isInitialEventsEnd: true), now: .zero) == .swap("95"))
        #expect(machine.received(.change("96"), now: .zero) == .apply("96"))
        machine.failed(.interrupted, now: .zero, random: 0)
        #expect(machine.next(random: 0) == .watch(WatchQuery(resourceVersion: "96", timeoutSeconds: 300)))
    }

    @Test(
        "Any failure of a streamed initial state leads to a list, and a refusal to lists for good",
        arguments: [
            (WatchFailure.invalid, 0, true), (.silent, 0, true), (.expired, 0, false), (.interrupted, 800, false),
            (.server, 800, false), (.forbidden, 800, false), (.other, 800, false),
        ])
    func aServerThatCannotStreamTheInitialStateIsListed(failure: WatchFailure, delay: Int, isForGood: Bool) {
        var machine = WatchMachine()
        _ = machine.next(random: 0)
        machine.watchBegan(now: .zero)
        machine.failed(failure, now: .zero, random: 0)
        if delay > 0 { #expect(machine.next(random: 0) == .wait(.milliseconds(delay))) }
        #expect(machine.next(random: 0) == .list(ListQuery(limit: 500), startsSnapshot: true))
        #expect(machine.hasLearntToList == isForGood)
        #expect(machine.listed(ListMeta(resourceVersion: "7"), now: .zero, random: 0) == .swap("7"))
        // The next snapshot tells whether it was for good.
        _ = machine.next(random: 0)
        machine.watchBegan(now: .zero)
        #expect(machine.received(.change("8"), now: .zero) == .apply("8"))
        machine.failed(.expired, now: .zero, random: 0)
        let relist = ListQuery(resourceVersion: "8", resourceVersionMatch: .notOlderThan)
        #expect(
            machine.next(random: 0)
                == (isForGood
                    ? .list(relist, startsSnapshot: true)
                    : .watch(WatchQuery(timeoutSeconds: 300, sendInitialEvents: true))))
    }

    @Test(
        "What says nothing of streaming is tried again",
        arguments: [
            WatchFailure.connect, .throttled(retryAfter: .seconds(3)),
        ])
    func aStreamThatDidNotBegin(failure: WatchFailure) {
        var machine = WatchMachine()
        _ = machine.next(random: 0)
        machine.watchBegan(now: .zero)
        machine.failed(failure, now: .zero, random: 0)
        #expect(machine.next(random: 0) == .wait(failure == .connect ? .milliseconds(800) : .seconds(3)))
        #expect(machine.next(random: 0) == .watch(WatchQuery(timeoutSeconds: 300, sendInitialEvents: true)))
    }

    @Test("A stream that ends without saying that it is complete, or whose bookmark does not, leads to a list")
    func aStreamWithoutAnEnd() {
        var machine = WatchMachine()
        _ = machine.next(random: 0)
        machine.watchBegan(now: .zero)
        #expect(machine.received(.change("7"), now: .zero) == .collect)
        machine.watchEnded(now: .seconds(5), random: 0)
        #expect(machine.next(random: 0) == .list(ListQuery(limit: 500), startsSnapshot: true))
        var other = WatchMachine()
        _ = other.next(random: 0)
        other.watchBegan(now: .zero)
        #expect(other.received(.bookmark("9", isInitialEventsEnd: false), now: .zero) == .stop(.invalid))
    }

    @Test("The initial state has 30 s from event to event, a watch the time that it asked for and a little more")
    func deadlines() {
        var machine = WatchMachine()
        #expect(machine.deadline == nil)
        _ = machine.next(random: 0.5)
        machine.watchBegan(now: .seconds(100))
        #expect(machine.deadline == .seconds(130))
        _ = machine.received(.change("1"), now: .seconds(120))
        #expect(machine.deadline == .seconds(150))
        _ = machine.received(.bookmark("2", isInitialEventsEnd: true), now: .seconds(140))
        #expect(machine.deadline == .seconds(560))
        _ = machine.received(.change("3"), now: .seconds(500))
        #expect(machine.deadline == .seconds(560))
    }

    @Test("A follower of another collection that learnt to list stops this one from streaming as well")
    func stoppedByAnother() {
        var machine = WatchMachine()
        machine.stopStreaming()
        #expect(machine.next(random: 0) == .list(ListQuery(limit: 500), startsSnapshot: true))
        #expect(machine.hasLearntToList == false)
    }

    @Test(
        "Back-off begins at 0.8 s, doubles to 30 s, has as much jitter again, and starts over after two quiet minutes")
    func backoff() {
        var machine = watching(events: 1)
        var now = Duration.zero
        func wait(random: Double) -> WatchMachine.Step {
            machine.failed(.connect, now: now, random: random)
            defer { _ = machine.next(random: 0) }
            return machine.next(random: 0)
        }
        let delays = [800, 1600, 3200, 6400, 12800, 25600, 30000, 30000]
        for delay in delays { #expect(wait(random: 0) == .wait(.milliseconds(delay))) }
        #expect(wait(random: 1) == .wait(.seconds(60)))
        now += .seconds(121)
        #expect(wait(random: 0.5) == .wait(.milliseconds(1200)))
    }

    @Test("Ten thousand regular ends of a watch are no failure: there is no budget that runs out")
    func endlessly() {
        var machine = watching(events: 1)
        var now = Duration.zero
        for _ in 0..<10_000 {
            now += .seconds(300)
            machine.watchEnded(now: now, random: 0.5)
            #expect(machine.next(random: 0) == .watch(WatchQuery(resourceVersion: "101", timeoutSeconds: 300)))
            machine.watchBegan(now: now)
        }
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
        #expect(WatchFailure(Status(code: 422, reason: "Invalid", message: "")) == .invalid)
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
