import Synchronization

/// The runtimes that are being made, and are not seen yet.
final class ComingRuntimes: Sendable {
    private let names = Mutex<Set<String>>([])

    /// Whether there are any.
    var areComing: Bool { names.withLock { !$0.isEmpty } }

    /// Takes the names of runtimes that will be made.
    func expect(_ names: [String]) { self.names.withLock { $0.formUnion(names) } }

    /// Takes the news that a runtime is there, or that it won't be.
    func found(_ name: String) { names.withLock { _ = $0.remove(name) } }

    /// Waits for none any more.
    func giveUp() { names.withLock { $0 = [] } }
}
