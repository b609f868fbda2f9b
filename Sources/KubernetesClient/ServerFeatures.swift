import Synchronization

/// What a server turned out to do or not to do, so that it is not asked again for the life of the process.
public final class ServerFeatures: Sendable {
    private let streams = Atomic(true)

    /// Whether a watch may begin with the initial state (KEP-3157); true until the server turns out not to do it.
    public var streamsInitialState: Bool {
        get { streams.load(ordering: .relaxed) }
        set { streams.store(newValue, ordering: .relaxed) }
    }
}
