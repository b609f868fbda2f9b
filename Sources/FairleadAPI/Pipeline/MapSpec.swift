public import KubernetesCore

/// Runs a task once for each item.
public struct MapSpec: Sendable, Hashable, Codable {
    /// The items; this or `count`.
    public var over: MapOver?
    /// How many items there are, each being its own index: a number, or a reference to one.
    public var count: JSONValue?
    /// How many items run at the same time; as many as the run allows where it is left out.
    public var parallelism: Int?
    /// How many items may fail with the task still successful; none where it is left out.
    public var maxFailed: MaxFailed?

    /// Maps over lists.
    public init(over: MapOver, parallelism: Int? = nil, maxFailed: MaxFailed? = nil) {
        self.over = over
        self.parallelism = parallelism
        self.maxFailed = maxFailed
    }

    /// Maps over numbers from 0.
    public init(count: JSONValue, parallelism: Int? = nil, maxFailed: MaxFailed? = nil) {
        self.count = count
        self.parallelism = parallelism
        self.maxFailed = maxFailed
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case over, count, parallelism, maxFailed }

    private enum CountKey: String, CodingKey { case count }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        count = try fields.decodeIfPresent(JSONValue.self, forKey: .count)
        parallelism = try fields.decodeIfPresent(Int.self, forKey: .parallelism)
        maxFailed = try fields.decodeIfPresent(MaxFailed.self, forKey: .maxFailed)
        // `over: {count: 20000}` says the same as `count: 20000`; a list named count is still a factor.
        if count == nil, case .object(let members)? = try? fields.decodeIfPresent(JSONValue.self, forKey: .over),
            members.count == 1, let number = members[CountKey.count.rawValue], number.arrayValue == nil
        {
            count = number
        } else {
            over = try fields.decodeIfPresent(MapOver.self, forKey: .over)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encodeIfPresent(over, forKey: .over)
        try fields.encodeIfPresent(count, forKey: .count)
        try fields.encodeIfPresent(parallelism, forKey: .parallelism)
        try fields.encodeIfPresent(maxFailed, forKey: .maxFailed)
    }
}
