/// What a service serves, on how many pods, and how a new revision takes over.
///
/// In the API the container's fields stand directly in the spec.
public struct InferenceServiceSpec: Sendable, Hashable, Codable {
    /// What it serves; nil with variants, or where the container holds the model itself.
    public var model: ServedModel?
    /// The runtime's name; by the model's format where it is left out.
    public var runtime: String?
    /// What the pods run beside what the runtime says; with an image and no runtime all that they run.
    public var container: ContainerSpec
    /// The port on which the server listens; the runtime's where it is left out.
    public var port: Int?
    /// What the server speaks; `v2`, or the first that the runtime speaks, where it is left out.
    public var `protocol`: InferenceProtocol?
    /// Between which numbers of pods a revision is scaled.
    public var replicas: ReplicaRange?
    /// By what it is scaled.
    public var scale: ScaleSpec?
    /// How long things may take.
    public var timeouts: ServiceTimeouts?
    /// Whether the service has no pods and answers nothing.
    public var suspend: Bool?
    /// What turns requests into the model's and its answers into the users'.
    public var transformer: ComponentSpec?
    /// What explains the model's answers.
    public var explainer: ComponentSpec?
    /// How a new revision takes over.
    public var rollout: RolloutSpec?
    /// The models between which the requests are divided, instead of one model.
    public var variants: [VariantSpec]
    /// What makes a user's requests go to the same revision.
    public var sticky: StickySpec?
    /// A model that gets copies of requests.
    public var mirror: MirrorSpec?
    /// Where a sample of requests and answers is sent to.
    public var logPayloads: PayloadLogSpec?
    /// The Gateway by which the service is reached from outside.
    public var gateway: GatewaySpec?

    /// Serves a model.
    public init(
        model: ServedModel? = nil, runtime: String? = nil, container: ContainerSpec = ContainerSpec(),
        replicas: ReplicaRange? = nil, variants: [VariantSpec] = []
    ) {
        self.model = model
        self.runtime = runtime
        self.container = container
        self.replicas = replicas
        self.variants = variants
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case model, runtime, port, `protocol`, replicas, scale, timeouts, suspend, transformer, explainer, rollout
        case variants, sticky, mirror, logPayloads, gateway
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        model = try fields.decodeIfPresent(ServedModel.self, forKey: .model)
        runtime = try fields.decodeIfPresent(String.self, forKey: .runtime)
        container = try ServedContainer(from: decoder).container
        port = try fields.decodeIfPresent(Int.self, forKey: .port)
        `protocol` = try fields.decodeIfPresent(InferenceProtocol.self, forKey: .protocol)
        replicas = try fields.decodeIfPresent(ReplicaRange.self, forKey: .replicas)
        scale = try fields.decodeIfPresent(ScaleSpec.self, forKey: .scale)
        timeouts = try fields.decodeIfPresent(ServiceTimeouts.self, forKey: .timeouts)
        suspend = try fields.decodeIfPresent(Bool.self, forKey: .suspend)
        transformer = try fields.decodeIfPresent(ComponentSpec.self, forKey: .transformer)
        explainer = try fields.decodeIfPresent(ComponentSpec.self, forKey: .explainer)
        rollout = try fields.decodeIfPresent(RolloutSpec.self, forKey: .rollout)
        variants = try fields.decode([VariantSpec].self, forKey: .variants)
        sticky = try fields.decodeIfPresent(StickySpec.self, forKey: .sticky)
        mirror = try fields.decodeIfPresent(MirrorSpec.self, forKey: .mirror)
        logPayloads = try fields.decodeIfPresent(PayloadLogSpec.self, forKey: .logPayloads)
        gateway = try fields.decodeIfPresent(GatewaySpec.self, forKey: .gateway)
    }

    public func encode(to encoder: any Encoder) throws {
        try ServedContainer(container).encode(to: encoder)
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encodeIfPresent(model, forKey: .model)
        try fields.encodeIfPresent(runtime, forKey: .runtime)
        try fields.encodeIfPresent(port, forKey: .port)
        try fields.encodeIfPresent(`protocol`, forKey: .protocol)
        try fields.encodeIfPresent(replicas, forKey: .replicas)
        try fields.encodeIfPresent(scale, forKey: .scale)
        try fields.encodeIfPresent(timeouts, forKey: .timeouts)
        try fields.encodeIfPresent(suspend, forKey: .suspend)
        try fields.encodeIfPresent(transformer, forKey: .transformer)
        try fields.encodeIfPresent(explainer, forKey: .explainer)
        try fields.encodeIfPresent(rollout, forKey: .rollout)
        try fields.encode(variants, forKey: .variants)
        try fields.encodeIfPresent(sticky, forKey: .sticky)
        try fields.encodeIfPresent(mirror, forKey: .mirror)
        try fields.encodeIfPresent(logPayloads, forKey: .logPayloads)
        try fields.encodeIfPresent(gateway, forKey: .gateway)
    }
}
