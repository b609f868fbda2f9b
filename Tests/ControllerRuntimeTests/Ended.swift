import Synchronization

/// A flag that one task sets and another one reads.
final class Ended: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .sequentiallyConsistent) }

    func set() { flag.store(true, ordering: .sequentiallyConsistent) }
}

/// What several tasks wrote down, in order.
final class Record<Element: Sendable>: Sendable {
    private let state = Mutex<[Element]>([])

    var all: [Element] { state.withLock { $0 } }

    var count: Int { state.withLock { $0.count } }

    func append(_ element: Element) { state.withLock { $0.append(element) } }
}
