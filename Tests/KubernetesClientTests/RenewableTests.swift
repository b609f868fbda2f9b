import Synchronization
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct RenewableTests {
    private struct Refused: Error {}

    @Test func aValueAgesAndIsRefused() throws {
        let start = ContinuousClock.now
        func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }
        var state = RenewableState<String>()
        #expect(state.value(at: start) == nil)
        #expect(state.made("a", validFor: .seconds(60), at: start).serial == 1)
        #expect(state.value(at: at(59))?.value == "a")
        #expect(state.value(at: at(60)) == nil)
        // Somebody who asked before it was made may use it, even where it is good for no time.
        #expect(try state.outcome(since: start - .seconds(1), at: at(60))?.get().value == "a")
        #expect(state.outcome(since: at(1), at: at(60)) == nil)
        _ = state.made("b", validFor: nil, at: at(60))
        #expect(state.value(at: at(1_000_000))?.value == "b")
        // What was refused was an older one.
        state.refuse(1)
        #expect(state.value(at: at(61))?.value == "b")
        state.refuse(2)
        #expect(state.value(at: at(61)) == nil)
        #expect(state.outcome(since: at(59), at: at(61)) == nil)
        // A failure is that of all who waited for it, and of nobody who comes later.
        state.failed(Refused(), at: at(62))
        #expect(throws: Refused.self) { try state.outcome(since: at(61), at: at(63))?.get() }
        #expect(state.outcome(since: at(62), at: at(63)) == nil)
    }

    @Test("Many callers share one making, and one failure")
    func oneAtATime() async throws {
        let count = Mutex((made: 0, inside: 0, overlaps: 0))
        let renewable = Renewable<Int> { last in
            count.withLock {
                $0.made += 1
                $0.inside += 1
                if $0.inside > 1 { $0.overlaps += 1 }
            }
            defer { count.withLock { $0.inside -= 1 } }
            for _ in 0..<100 { await Task.yield() }
            guard last != 1 else { throw Refused() }
            return ((last ?? 0) + 1, nil)
        }
        func ask() async -> [Int?] {
            await withTaskGroup(of: Int?.self) { group in
                for _ in 0..<50 { group.addTask { try? await renewable.current().value } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(await ask() == Array(repeating: 1, count: 50))
        #expect(count.withLock { $0.made } == 1)
        for _ in 0..<50 { renewable.refuse(1) }
        let failed = await ask()
        #expect(failed.allSatisfy { $0 == nil })
        #expect(count.withLock { $0.overlaps } == 0)
        // One that comes after the failure tries again.
        let before = count.withLock { $0.made }
        await #expect(throws: Refused.self) { try await renewable.current() }
        #expect(count.withLock { $0.made } == before + 1)
    }

    @Test("A caller that gives up leaves the making to the next in line")
    func cancellation() async throws {
        let count = Mutex(0)
        let renewable = Renewable<Int> { _ in
            let number = count.withLock {
                $0 += 1
                return $0
            }
            if number == 1 { try await Task.sleep(for: .seconds(1000)) }
            return (number, nil)
        }
        let first = Task { try await renewable.current().value }
        #expect(await eventually { count.withLock { $0 } == 1 })
        let second = Task { try await renewable.current().value }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(try await second.value == 2)
    }
}
