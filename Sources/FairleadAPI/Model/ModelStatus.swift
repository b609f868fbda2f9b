public import KubernetesCore

/// How a model stands.
public struct ModelStatus: CustomStatus {
    /// Where a model may stand.
    public enum Phase: String, NamedValue {
        /// It is as its spec wants it.
        case ready = "Ready"
        /// Something in its spec cannot be had.
        case invalid = "Invalid"
    }

    /// The generation of the spec that was judged.
    public var observedGeneration: Int64?
    /// For people.
    public var phase: Phase?
    /// Why it is in its phase.
    public var reason: Reason?
    /// For people.
    public var message: String?
    /// The newest version.
    public var latest: String?
    /// How many versions there are.
    public var versions: Int?
    /// The highest number that was ever given: a number is never given again.
    public var lastNumber: Int64?
    /// The aliases.
    public var aliases: [String: AliasStatus]
    /// What waits for a decision.
    public var pending: [PendingPromotion]
    /// For programs.
    public var conditions: [Condition]

    /// A status that says nothing yet.
    public init() {
        aliases = [:]
        pending = []
        conditions = []
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case observedGeneration, phase, reason, message, latest, versions, lastNumber, aliases, pending, conditions
    }
}

/// Where an alias points.
public struct AliasStatus: Sendable, Hashable, Codable {
    /// The version in effect; nil before the first one is.
    public var version: String?
    /// The version that the services which follow the alias are rolling out; nil where none is under way.
    public var target: String?
    /// Since when the version is in effect.
    public var since: Time?
    /// What moved it: `spec.aliases`, `spec.promote[0]`, or the run that asked for it.
    public var by: String?
    /// The version before.
    public var previous: String?

    /// Tells where an alias points.
    public init(
        version: String? = nil, target: String? = nil, since: Time? = nil, by: String? = nil, previous: String? = nil
    ) {
        self.version = version
        self.target = target
        self.since = since
        self.by = by
        self.previous = previous
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case version, target, since, by, previous }
}

/// A promotion that waits for a decision.
public struct PendingPromotion: Sendable, Hashable, Codable {
    /// The alias that the version has.
    public var from: String
    /// The alias that it would get.
    public var to: String
    /// The version.
    public var version: String
    /// Since when it waits.
    public var since: Time?

    /// Tells what waits.
    public init(from: String, to: String, version: String, since: Time? = nil) {
        self.from = from
        self.to = to
        self.version = version
        self.since = since
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case from, to, version, since }
}
