import Synchronization

/// Keeps the last value that a callback saw.
final class LastValue<Value: Sendable>: Sendable {
    private let state = Mutex<Value?>(nil)

    /// The value, nil before the first.
    var value: Value? { state.withLock { $0 } }

    /// Replaces the value.
    func set(_ value: Value) { state.withLock { $0 = value } }
}
