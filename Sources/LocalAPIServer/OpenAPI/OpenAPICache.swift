import Synchronization

/// Keeps the encoded OpenAPI documents until the served kinds change.
///
/// Assumption: a document is a function of the kinds alone, and the registry's generation rises whenever they change.
final class OpenAPICache: Sendable {
    private struct State {
        var generation = 0
        var documents: [String: [UInt8]] = [:]
    }

    private let state = Mutex(State())

    /// A document's bytes, made where they are not known for that generation.
    ///
    /// - Returns: nil where `make` says that there is no such document.
    func bytes(_ name: String, generation: Int, make: () -> [UInt8]?) -> [UInt8]? {
        let known = state.withLock { $0.generation == generation ? $0.documents[name] : nil }
        if let known { return known }
        // Made outside of the lock: two clients may both make it once, and neither waits for the other.
        guard let bytes = make() else { return nil }
        state.withLock { state in
            if generation > state.generation { state = State(generation: generation) }
            if generation == state.generation { state.documents[name] = bytes }
        }
        return bytes
    }
}
