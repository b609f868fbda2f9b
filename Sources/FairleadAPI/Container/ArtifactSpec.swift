/// Files that a program writes to `$FAIRLEAD_OUTPUTS/<name>`.
public struct ArtifactSpec: Sendable, Hashable, Codable {
    /// The name.
    public var name: String
    /// What it is, such as `model` or `dataset`.
    public var type: String?
    /// The Model of which it becomes a version.
    public var register: String?

    /// Declares an artifact.
    public init(name: String, type: String? = nil, register: String? = nil) {
        self.name = name
        self.type = type
        self.register = register
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case name, type, register }
}
