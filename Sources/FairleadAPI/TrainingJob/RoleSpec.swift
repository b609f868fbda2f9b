/// How the pods of one role differ from the job's.
public struct RoleSpec: Sendable, Hashable, Codable {
    /// How many pods have the role.
    public var nodes: Int?
    /// What the role's pods run; what it sets counts instead of what the job sets.
    public var container: ContainerSpec

    /// Describes a role.
    public init(nodes: Int? = nil, container: ContainerSpec = ContainerSpec()) {
        self.nodes = nodes
        self.container = container
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case nodes }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        nodes = try fields.decodeIfPresent(Int.self, forKey: .nodes)
        container = try ContainerSpec(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encodeIfPresent(nodes, forKey: .nodes)
        try container.encode(to: encoder)
    }
}
