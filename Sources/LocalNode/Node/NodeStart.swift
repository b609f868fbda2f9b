import Synchronization

/// Follows a node's start: whether its cluster knows it, and whether it knows its pods.
final class NodeStart: Sendable {
    private struct State {
        var isRegistered = false
        var isListed = false
        var onReady: (@Sendable () -> Void)?
    }

    /// How long an orderly stop waits for a list that does not come.
    private static let patience = Duration.seconds(5)

    private let state: Mutex<State>
    private let listed: AsyncStream<Void>
    private let listedEnd: AsyncStream<Void>.Continuation

    init(onReady: @escaping @Sendable () -> Void) {
        state = Mutex(State(onReady: onReady))
        (listed, listedEnd) = AsyncStream.makeStream()
    }

    /// Takes the news that the cluster knows the node.
    func isRegistered() { take { $0.isRegistered = true } }

    /// Takes the news that the node knows its pods.
    func isListed() {
        listedEnd.finish()
        take { $0.isListed = true }
    }

    /// Returns when the node knows its pods, or when that takes too long; to be called once.
    func waitUntilListed() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [listed] in for await _ in listed {} }
            group.addTask { try? await Task.sleep(for: Self.patience) }
            await group.next()
            group.cancelAll()
        }
    }

    private func take(_ change: (inout State) -> Void) {
        let onReady: (@Sendable () -> Void)? = state.withLock { state in
            change(&state)
            guard state.isRegistered, state.isListed else { return nil }
            defer { state.onReady = nil }
            return state.onReady
        }
        onReady?()
    }
}
