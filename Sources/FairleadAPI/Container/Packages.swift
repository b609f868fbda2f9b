import KubernetesCore

/// Python packages: a list of requirements, or a requirements file and an index.
public struct Packages: Sendable, Hashable, Codable {
    /// Requirements as pip reads them.
    public var list: [String]
    /// A requirements file in the code folder.
    public var file: String?
    /// The package index.
    public var index: String?

    /// Names packages.
    public init(_ list: [String], file: String? = nil, index: String? = nil) {
        self.list = list
        self.file = file
        self.index = index
    }

    /// What both ask for; the second one's file and index win.
    static func sum(_ first: Packages?, _ second: Packages?) -> Packages? {
        guard let first else { return second }
        guard let second else { return first }
        let added = second.list.filter { !first.list.contains($0) }
        return Packages(first.list + added, file: second.file ?? first.file, index: second.index ?? first.index)
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case file, index, list }

    public init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: CodingKeys.self) {
            file = try container.decodeIfPresent(String.self, forKey: .file)
            index = try container.decodeIfPresent(String.self, forKey: .index)
            list = try container.decode([String].self, forKey: .list)
        } else {
            list = try [String](from: decoder)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        guard file != nil || index != nil else { return try list.encode(to: encoder) }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(file, forKey: .file)
        try container.encodeIfPresent(index, forKey: .index)
        try container.encode(list, forKey: .list)
    }
}
