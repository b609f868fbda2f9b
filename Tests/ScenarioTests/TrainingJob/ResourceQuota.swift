import Synchronization

/// How many objects a namespace may have, as its quota counts them.
final class ResourceQuota: Sendable {
    private struct State {
        var most: Int
        var used = 0
    }

    private let state: Mutex<State>

    init(pods: Int) { state = Mutex(State(most: pods)) }

    /// Whether there may be one more.
    func takes() -> Bool {
        state.withLock { state in
            guard state.used < state.most else { return false }
            state.used += 1
            return true
        }
    }

    func raise(to most: Int) { state.withLock { $0.most = most } }
}
