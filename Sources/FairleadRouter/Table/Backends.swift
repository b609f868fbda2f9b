import FairleadAPI

/// The pods of a component that take requests.
struct Backends: Sendable, Equatable {
    /// Those that are ready; where none is, those that are about to end and still serve.
    ///
    /// In order, each once.
    var addresses: [PodAddress] = []
    /// Whether they are ready.
    var isReady = false
    /// Nobody.
    static let none = Backends()
}
