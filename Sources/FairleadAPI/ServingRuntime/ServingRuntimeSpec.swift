public import KubernetesCore

/// How models of some formats are served.
public struct ServingRuntimeSpec: Sendable, Hashable, Codable {
    /// A format that a runtime takes.
    public struct ModelFormat: Sendable, Hashable, Codable {
        /// The format's name, such as `sklearn`.
        public var name: String
        /// The format's version; any where it is left out.
        public var version: String?
        /// Whether a model of the format gets this runtime without naming it; so it is where it is left out.
        public var autoSelect: Bool?
        /// Which of several runtimes comes first: the one with the higher number.
        public var priority: Int?

        /// Names a format.
        public init(name: String, version: String? = nil, autoSelect: Bool? = nil, priority: Int? = nil) {
            self.name = name
            self.version = version
            self.autoSelect = autoSelect
            self.priority = priority
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case name, version, autoSelect, priority }

        public init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            name = try fields.decode(String.self, forKey: .name)
            version = try fields.decodeIfPresent(ScalarText.self, forKey: .version)?.text
            autoSelect = try fields.decodeIfPresent(Bool.self, forKey: .autoSelect)
            priority = try fields.decodeIfPresent(Int.self, forKey: .priority)
        }
    }

    /// Where the server's own metrics are.
    public struct MetricsEndpoint: Sendable, Hashable, Codable {
        /// The path; `/metrics` where it is left out.
        public var path: String?
        /// The port; the server's where it is left out.
        public var port: Int?

        /// Names a place.
        public init(path: String? = nil, port: Int? = nil) {
            self.path = path
            self.port = port
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case path, port }
    }

    /// The formats that it takes.
    public var supportedModelFormats: [ModelFormat]
    /// What it speaks; `v2` where it is left out.
    public var protocolVersions: [InferenceProtocol]
    /// Whether no service gets it.
    public var disabled: Bool?
    /// Containers of Kubernetes: the server is the one named `kserve-container`, else the first.
    public var containers: [JSONValue]
    /// The port on which the server listens; 8080 where it is left out.
    public var port: Int?
    /// The port on which it takes gRPC, nil where it takes none.
    public var grpcPort: Int?
    /// Where its own metrics are.
    public var metrics: MetricsEndpoint?
    /// A strategic merge patch on its pods: metadata and spec.
    public var podTemplate: JSONValue?

    /// Describes a runtime.
    public init(
        supportedModelFormats: [ModelFormat] = [], protocolVersions: [InferenceProtocol] = [],
        containers: [JSONValue] = [], port: Int? = nil, grpcPort: Int? = nil
    ) {
        self.supportedModelFormats = supportedModelFormats
        self.protocolVersions = protocolVersions
        self.containers = containers
        self.port = port
        self.grpcPort = grpcPort
    }

    /// What it speaks.
    public var protocols: [InferenceProtocol] { protocolVersions.isEmpty ? [.v2] : protocolVersions }
    /// The port on which the server listens.
    public var effectivePort: Int { port ?? InferenceServiceSpec.defaultPort }
    /// Whether no service gets it.
    public var isDisabled: Bool { disabled ?? false }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case supportedModelFormats, protocolVersions, disabled, containers, port, grpcPort, metrics, podTemplate
    }
}
