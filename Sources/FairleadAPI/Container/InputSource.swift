/// What a program reads: another task's artifact, a URI, or a registered model.
///
/// A plain string is a URI where it holds `://`, else a reference.
public struct InputSource: Sendable, Hashable, Codable {
    /// A reference such as `tasks.ingest.artifacts.dataset`.
    public var from: String?
    /// A URI.
    public var uri: String?
    /// A registered model, such as `churn@production`.
    public var model: String?
    /// Where the input appears, instead of `$FAIRLEAD_INPUTS/<name>`.
    public var path: String?
    /// Whether the program also runs without it.
    public var optional: Bool?

    /// Takes the input from a reference.
    public init(from reference: String) { from = reference }

    /// Takes the input from a URI.
    public init(uri: String, path: String? = nil) {
        self.uri = uri
        self.path = path
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case from, uri, model, path, optional }

    public init(from decoder: any Decoder) throws {
        guard let container = try? decoder.container(keyedBy: CodingKeys.self) else {
            let text = try decoder.singleValueContainer().decode(String.self)
            if text.contains("://") { uri = text } else { from = text }
            return
        }
        from = try container.decodeIfPresent(String.self, forKey: .from)
        uri = try container.decodeIfPresent(String.self, forKey: .uri)
        model = try container.decodeIfPresent(String.self, forKey: .model)
        path = try container.decodeIfPresent(String.self, forKey: .path)
        optional = try container.decodeIfPresent(Bool.self, forKey: .optional)
    }

    public func encode(to encoder: any Encoder) throws {
        if let from, self == InputSource(from: from), !from.contains("://") {
            var container = encoder.singleValueContainer()
            return try container.encode(from)
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(from, forKey: .from)
        try container.encodeIfPresent(uri, forKey: .uri)
        try container.encodeIfPresent(model, forKey: .model)
        try container.encodeIfPresent(path, forKey: .path)
        try container.encodeIfPresent(optional, forKey: .optional)
    }
}
