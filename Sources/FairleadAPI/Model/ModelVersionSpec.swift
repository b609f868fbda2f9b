public import KubernetesCore

/// What a version of a model is.
public struct ModelVersionSpec: Sendable, Hashable, Codable {
    /// The Model's name.
    public var model: String
    /// The number.
    public var version: ScalarText
    /// Where the files are.
    public var uri: String
    /// The SHA-256 of the files, as `sha256:…`.
    public var digest: String?
    /// Their size in bytes.
    public var size: Int64?
    /// Their format, such as `sklearn`.
    public var format: String?
    /// What the model takes and gives.
    public var signature: ModelSignature?
    /// How good it is.
    public var metrics: [String: Double]
    /// What it was made with.
    public var params: [String: JSONValue]
    /// What it was made from.
    public var lineage: ModelLineage?

    /// Describes a version.
    public init(
        model: String, version: Int64, uri: String, digest: String? = nil, size: Int64? = nil, format: String? = nil,
        signature: ModelSignature? = nil, metrics: [String: Double] = [:], params: [String: JSONValue] = [:],
        lineage: ModelLineage? = nil
    ) {
        self.model = model
        self.version = ScalarText(String(version))
        self.uri = uri
        self.digest = digest
        self.size = size
        self.format = format
        self.signature = signature
        self.metrics = metrics
        self.params = params
        self.lineage = lineage
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case model, version, uri, digest, size, format, signature, metrics, params, lineage
    }
}

/// What a model takes and gives: lists of tensors or columns, in the words of the model's format.
public struct ModelSignature: Sendable, Hashable, Codable {
    /// What it takes.
    public var inputs: [JSONValue]
    /// What it gives.
    public var outputs: [JSONValue]

    /// Describes a model's interface.
    public init(inputs: [JSONValue] = [], outputs: [JSONValue] = []) {
        self.inputs = inputs
        self.outputs = outputs
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case inputs, outputs }
}
