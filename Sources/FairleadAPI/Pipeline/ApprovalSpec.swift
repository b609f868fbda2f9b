/// A decision that people make.
public struct ApprovalSpec: Sendable, Hashable, Codable {
    /// What they are asked; may hold `$(…)`.
    public var message: String?
    /// How long the run waits for them; for ever where it is left out.
    public var timeout: FairleadDuration?
    /// What happens then; the task fails where it is left out.
    public var onTimeout: OnTimeout?

    /// Asks for a decision.
    public init(message: String? = nil, timeout: FairleadDuration? = nil, onTimeout: OnTimeout? = nil) {
        self.message = message
        self.timeout = timeout
        self.onTimeout = onTimeout
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case message, timeout, onTimeout }
}
