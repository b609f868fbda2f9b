import ControllerMachines
import PropertyTesting
import Testing

@Suite struct WorkQueueStateTests {
    @Test func addsOfOneKeyAreOne() {
        var queue = WorkQueueState<String>()
        queue.add("a", now: .zero)
        queue.add("a", now: .zero)
        #expect(queue.next(now: .zero) == "a")
        #expect(queue.next(now: .zero) == nil)
    }

    @Test func aKeyAddedWhileWorkedOnComesAgainAfterwards() {
        var queue = WorkQueueState<String>()
        queue.add("a", now: .zero)
        #expect(queue.next(now: .zero) == "a")
        queue.add("a", now: .zero)
        #expect(queue.next(now: .zero) == nil)
        queue.done("a", .success, now: .zero)
        #expect(queue.next(now: .zero) == "a")
        queue.done("a", .success, now: .zero)
        #expect(queue.isEmpty)
    }

    @Test func aDelayedKeyKeepsTheEarliestTime() {
        var queue = WorkQueueState<String>()
        queue.add("a", after: .seconds(10), now: .zero)
        queue.add("a", after: .seconds(5), now: .zero)
        queue.add("a", after: .seconds(20), now: .zero)
        #expect(queue.nextWake() == .seconds(5))
        #expect(queue.next(now: .seconds(4)) == nil)
        #expect(queue.next(now: .seconds(5)) == "a")
        queue.done("a", .success, now: .seconds(5))
        #expect(queue.next(now: .seconds(100)) == nil)
    }

    @Test func aDelayAskedForByTheWorkerGivesWayToAnEarlierChange() {
        var queue = WorkQueueState<String>()
        queue.add("a", now: .zero)
        #expect(queue.next(now: .zero) == "a")
        queue.add("a", after: .seconds(1), now: .zero)
        queue.done("a", .after(.seconds(60)), now: .zero)
        #expect(queue.nextWake() == .seconds(1))
    }

    @Test func failuresDelayMoreAndMoreUntilForgotten() {
        var queue = WorkQueueState<String>()
        var now = Duration.zero
        var delays: [Double] = []
        queue.add("a", now: now)
        for _ in 0..<18 {
            #expect(queue.next(now: now) == "a")
            queue.done("a", .failure, now: now)
            guard let wake = queue.nextWake() else { break }
            delays.append((wake - now) / .milliseconds(1))
            now = wake
        }
        #expect(delays.prefix(5) == [5, 10, 20, 40, 80])
        #expect(delays.last == 300_000)
        #expect(queue.next(now: now) == "a")
        queue.done("a", .after(.seconds(1)), now: now)
        #expect(queue.failureCount("a") == 0)
    }

    @Test func theMoreUrgentComesFirstAndARaisedKeyGoesToTheEndOfItsLevel() {
        var queue = WorkQueueState<String>()
        queue.add("low", priority: .low, now: .zero)
        queue.add("raised", priority: .low, now: .zero)
        queue.add("normal", now: .zero)
        queue.add("raised", now: .zero)
        queue.add("normal", priority: .low, now: .zero)
        #expect((0..<3).map { _ in queue.next(now: .zero) } == ["normal", "raised", "low"])
    }

    @Test func agesCountFromReadiness() {
        var queue = WorkQueueState<String>()
        queue.add("a", after: .seconds(10), now: .zero)
        #expect(queue.oldestAge(now: .seconds(5)) == nil)
        queue.add("b", now: .seconds(11))
        #expect(queue.oldestAge(now: .seconds(14)) == .seconds(4))
        #expect(queue.next(now: .seconds(14)) == "b")
        #expect(queue.next(now: .seconds(14)) == "a")
        #expect(queue.oldestAge(now: .seconds(14)) == nil)
    }

    @Test func countsWhatIsAddedAndTriedAgainAndHowLongItWaited() {
        var queue = WorkQueueState<String>()
        queue.add("a", now: .zero)
        queue.add("a", now: .zero)
        #expect(queue.addCount == 1)
        #expect(queue.waited("a") == nil)
        #expect(queue.next(now: .seconds(3)) == "a")
        #expect(queue.waited("a") == .seconds(3))
        queue.add("a", now: .seconds(3))
        queue.add("a", now: .seconds(3))
        #expect(queue.addCount == 1)
        queue.done("a", .failure, now: .seconds(4))
        #expect(queue.addCount == 2)
        #expect(queue.retryCount == 1)
        // A delay is not waiting: what counts begins when it is over.
        queue.add("b", after: .seconds(10), now: .seconds(4))
        #expect(queue.next(now: .seconds(15)) == "a")
        #expect(queue.next(now: .seconds(15)) == "b")
        #expect(queue.waited("b") == .seconds(1))
    }

    @Test func aKeyKeepsItsPriorityWhenItComesAgain() {
        var queue = WorkQueueState<String>()
        queue.add("low", priority: .low, now: .zero)
        #expect(queue.next(now: .zero) == "low")
        queue.done("low", .after(.seconds(1)), now: .zero)
        queue.add("normal", after: .seconds(2), now: .zero)
        #expect(queue.next(now: .seconds(2)) == "normal")
        #expect(queue.next(now: .seconds(2)) == "low")
    }

    /// What the queue must hold, kept in the simplest way.
    private struct Model {
        struct Item {
            var priority: WorkPriority
            var readyAt: Duration
        }
        var waiting: [Int: Item] = [:]
        var processing: [Int: WorkPriority] = [:]
        var dirty: [Int: Item] = [:]

        mutating func add(_ key: Int, _ priority: WorkPriority, _ readyAt: Duration) {
            let isProcessing = processing[key] != nil
            let old = isProcessing ? dirty[key] : waiting[key]
            let item = Item(
                priority: max(old?.priority ?? priority, priority), readyAt: min(old?.readyAt ?? readyAt, readyAt))
            if isProcessing { dirty[key] = item } else { waiting[key] = item }
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func agreesWithAModel(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = WorkQueueState<Int>(backoff: Backoff(initial: .seconds(1), cap: .seconds(8)))
        var model = Model()
        var failures: [Int: Int] = [:]
        var now = Duration.zero
        for step in 0..<2000 {
            let key = Int.random(in: 0..<12, using: &random)
            let priority: WorkPriority = random.chance(0.5) ? .normal : .low
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2:
                queue.add(key, priority: priority, now: now)
                model.add(key, priority, now)
            case 3:
                let delay = Duration.seconds(Int.random(in: 0...20, using: &random))
                queue.add(key, after: delay, priority: priority, now: now)
                model.add(key, priority, now + delay)
            case 4: now += .milliseconds(Int.random(in: 0...4000, using: &random))
            case 5...7:
                let got = queue.next(now: now)
                let ready = model.waiting.filter { $0.value.readyAt <= now }
                if (got == nil) != ready.isEmpty { Issue.record("seed \(seed), step \(step): lost or too early") }
                guard let got else { continue }
                if model.processing[got] != nil { Issue.record("seed \(seed), step \(step): handed out twice") }
                let best = ready.values.map(\.priority).max()
                if ready[got]?.priority != best { Issue.record("seed \(seed), step \(step): not the most urgent") }
                model.processing[got] = model.waiting.removeValue(forKey: got)?.priority
            default:
                guard let got = model.processing.keys.sorted().randomElement(using: &random) else { continue }
                let kept = model.processing.removeValue(forKey: got) ?? .normal
                let outcomes: [WorkOutcome] = [.success, .failure, .after(.seconds(3))]
                let outcome = outcomes.randomElement(using: &random) ?? .success
                queue.done(got, outcome, now: now)
                switch outcome {
                case .success: failures[got] = 0
                case .after(let delay):
                    failures[got] = 0
                    model.add(got, kept, now + delay)
                case .failure:
                    let count = failures[got, default: 0]
                    model.add(got, kept, now + .seconds(min(8, 1 << min(count, 10))))
                    failures[got] = count + 1
                }
                if let again = model.dirty.removeValue(forKey: got) { model.add(got, again.priority, again.readyAt) }
            }
            let isEqual =
                queue.processingCount == model.processing.count
                && queue.readyCount + queue.delayedCount == model.waiting.count
            if !isEqual { Issue.record("seed \(seed), step \(step): other keys than the model's") }
            let wakes = model.waiting.values.map(\.readyAt)
            if let next = wakes.min(), next > now, queue.nextWake() != next {
                Issue.record("seed \(seed), step \(step): wakes at another time")
            }
        }
    }

    @Test func firstComeFirstServedWithinAPriority() {
        var queue = WorkQueueState<Int>()
        for key in 0..<100 { queue.add(key, now: .zero) }
        for key in 0..<100 { queue.add(key, now: .seconds(1)) }
        #expect((0..<100).map { _ in queue.next(now: .seconds(1)) } == Array(0..<100))
    }
}
