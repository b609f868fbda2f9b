public import KubernetesCore

/// The platform's defaults and bounds, chosen by `profile` or for everybody.
public struct ClusterProfileSpec: Sendable, Hashable, Codable {
    /// Where images come from.
    public struct Images: Sendable, Hashable, Codable {
        /// The registry of images whose names have none.
        public var registry: String?

        /// Names a registry.
        public init(registry: String? = nil) { self.registry = registry }

        enum CodingKeys: String, CodingKey, CaseIterable { case registry }
    }

    /// Where packages come from.
    public struct PackageSource: Sendable, Hashable, Codable {
        /// The index of packages that name none.
        public var index: String?

        /// Names an index.
        public init(index: String? = nil) { self.index = index }

        enum CodingKeys: String, CodingKey, CaseIterable { case index }
    }

    /// Whether it holds for containers that name no profile.
    public var isDefault: Bool?
    /// What containers need that say nothing.
    public var resources: ResourceNeeds?
    /// The most that the containers of a pod may ask for together.
    public var max: ResourceNeeds?
    /// A strategic merge patch on every pod.
    public var pod: JSONValue?
    /// A strategic merge patch on pods that say `spot: true`.
    public var spot: JSONValue?
    /// Strategic merge patches on pods that ask for a model of GPU, by its name.
    public var gpuTypes: [String: JSONValue]
    /// Where images come from.
    public var images: Images?
    /// Where packages come from.
    public var packages: PackageSource?
    /// The folder in which runs keep their artifacts.
    public var artifacts: String?

    /// Makes a profile.
    public init(
        isDefault: Bool? = nil, resources: ResourceNeeds? = nil, max: ResourceNeeds? = nil, pod: JSONValue? = nil,
        spot: JSONValue? = nil, gpuTypes: [String: JSONValue] = [:], images: Images? = nil,
        packages: PackageSource? = nil, artifacts: String? = nil
    ) {
        self.isDefault = isDefault
        self.resources = resources
        self.max = max
        self.pod = pod
        self.spot = spot
        self.gpuTypes = gpuTypes
        self.images = images
        self.packages = packages
        self.artifacts = artifacts
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case isDefault = "default"
        case resources, max, pod, spot, gpuTypes, images, packages, artifacts
    }
}
