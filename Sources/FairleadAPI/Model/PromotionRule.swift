/// A rule by which the version of one alias gets another one too.
public struct PromotionRule: Sendable, Hashable, Codable {
    /// Who has the last word.
    public enum Approval: String, NamedValue {
        /// Nobody: the rule suffices.
        case auto = "Auto"
        /// People, by `spec.approvals`.
        case manual = "Manual"
    }

    /// The alias whose version is promoted.
    public var from: String
    /// The alias that it gets.
    public var to: String
    /// A condition in CEL over the aliases' versions; nil for always.
    public var when: String?
    /// Who has the last word; nil for nobody.
    public var approve: Approval?

    /// Makes a rule.
    public init(from: String, to: String, when: String? = nil, approve: Approval? = nil) {
        self.from = from
        self.to = to
        self.when = when
        self.approve = approve
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case from, to, when, approve }
}
