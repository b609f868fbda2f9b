/// Where attempts keep their state: what one saves in `$FAIRLEAD_CHECKPOINT`, the next finds there.
public struct CheckpointSpec: Sendable, Hashable, Codable {
    /// Where the state is kept, instead of a folder of the run's own in the artifact store; may hold `$(…)`.
    public var uri: String?
    /// How often it is saved while the program runs; only at its end where it is left out.
    public var every: FairleadDuration?
    /// How many states are kept; 1 where it is left out.
    public var keep: Int?

    /// Asks for a place.
    public init(uri: String? = nil, every: FairleadDuration? = nil, keep: Int? = nil) {
        self.uri = uri
        self.every = every
        self.keep = keep
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case uri, every, keep }
}
