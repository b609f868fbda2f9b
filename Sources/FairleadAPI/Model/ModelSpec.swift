/// What the user wants of a model.
public struct ModelSpec: Sendable, Hashable, Codable {
    /// Who answers for it.
    public var owner: String?
    /// Pins: where an alias points, whatever else asks for it; `None` for nowhere.
    public var aliases: [String: ScalarText]
    /// When a version gets an alias by itself.
    public var promote: [PromotionRule]
    /// What people decided, by alias and version: `{production: {"8": Approved}}`.
    public var approvals: [String: [String: ApprovalDecision]]

    /// Makes a model's spec.
    public init(
        owner: String? = nil, aliases: [String: ScalarText] = [:], promote: [PromotionRule] = [],
        approvals: [String: [String: ApprovalDecision]] = [:]
    ) {
        self.owner = owner
        self.aliases = aliases
        self.promote = promote
        self.approvals = approvals
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case owner, aliases, promote, approvals }
}
