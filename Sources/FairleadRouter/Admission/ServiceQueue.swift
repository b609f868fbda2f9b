import Synchronization

/// How many requests of a service wait, over all of its revisions.
final class ServiceQueue: Sendable {
    private let waiting = Atomic(0)

    /// Takes one more in, if no more than a bound wait.
    func enter(bound: Int) -> Bool {
        if waiting.wrappingAdd(1, ordering: .relaxed).newValue <= bound { return true }
        leave()
        return false
    }

    func leave() { waiting.wrappingSubtract(1, ordering: .relaxed) }

    var count: Int { waiting.load(ordering: .relaxed) }
}
