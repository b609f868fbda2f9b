import ControllerMachines
import Testing

@Suite struct BackoffTests {
    @Test func doublesUpToTheCap() {
        var backoff = Backoff(initial: .milliseconds(800), cap: .seconds(30), jitter: 1, resetAfter: .seconds(120))
        let delays = (0..<8).map { backoff.next(now: .seconds($0), random: 0) / .milliseconds(1) }
        #expect(delays == [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000])
        #expect(backoff.next(now: .seconds(8), random: 1) == .seconds(60))
    }

    @Test func startsOverAfterAQuietTime() {
        var backoff = Backoff(initial: .seconds(1), cap: .seconds(30), resetAfter: .seconds(120))
        _ = backoff.next(now: .zero, random: 0)
        #expect(backoff.next(now: .seconds(120), random: 0) == .seconds(2))
        #expect(backoff.next(now: .seconds(241), random: 0) == .seconds(1))
    }

    @Test(arguments: [0, 1, 62, 63, 64, 1000, Int.max])
    func neverTrapsNorPassesTheCap(count: Int) {
        let backoff = Backoff(initial: .milliseconds(5), cap: .seconds(300))
        #expect(backoff.delay(afterFailures: count) <= .seconds(300))
        #expect(backoff.delay(afterFailures: count) >= .milliseconds(5))
    }

    @Test func slowStartCoversEverythingOnce() {
        for count in [0, 1, 2, 3, 7, 100, 1999, 2000] {
            var batches = SlowStart(count: count, cap: 500)
            var covered: [Int] = []
            var sizes: [Int] = []
            while let batch = batches.nextBatch() {
                covered += batch
                sizes.append(batch.count)
            }
            #expect(covered == Array(0..<count))
            #expect(sizes.dropLast() == [1, 2, 4, 8, 16, 32, 64, 128, 256, 500, 500].prefix(max(0, sizes.count - 1)))
            #expect(batches.skipped == 0)
        }
    }

    @Test func slowStartStopsAtAFailure() {
        var batches = SlowStart(count: 100)
        #expect(batches.nextBatch() == 0..<1)
        #expect(batches.nextBatch() == 1..<3)
        batches.fail()
        #expect(batches.nextBatch() == nil)
        #expect(batches.skipped == 97)
    }
}
