/// The fields of a container that a service's components have; in the API they stand directly in the component.
///
/// What ends, such as a task's results and retries, a server does not have.
struct ServedContainer: Codable {
    var container: ContainerSpec

    init(_ container: ContainerSpec) { self.container = container }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case image, command, args, script, python, packages, code, env, files, mounts, resources, spot
        case serviceAccount, pullSecrets, profile, overrides
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        var container = ContainerSpec()
        container.image = try fields.decodeIfPresent(String.self, forKey: .image)
        container.command = try fields.decodeIfPresent([String].self, forKey: .command)
        container.args = try fields.decodeIfPresent([String].self, forKey: .args)
        container.script = try fields.decodeIfPresent(String.self, forKey: .script)
        container.python = try fields.decodeIfPresent(String.self, forKey: .python)
        container.packages = try fields.decodeIfPresent(Packages.self, forKey: .packages)
        container.code = try fields.decodeIfPresent(CodeSource.self, forKey: .code)
        container.env = try fields.decode([String: EnvValue].self, forKey: .env)
        container.files = try fields.decode([String: FileSource].self, forKey: .files)
        container.mounts = try fields.decode([String: MountSource].self, forKey: .mounts)
        container.resources = try fields.decodeIfPresent(ResourceNeeds.self, forKey: .resources)
        container.spot = try fields.decodeIfPresent(Bool.self, forKey: .spot)
        container.serviceAccount = try fields.decodeIfPresent(String.self, forKey: .serviceAccount)
        container.pullSecrets = try fields.decode([String].self, forKey: .pullSecrets)
        container.profile = try fields.decodeIfPresent(String.self, forKey: .profile)
        container.overrides = try fields.decode([PodOverride].self, forKey: .overrides)
        self.container = container
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encodeIfPresent(container.image, forKey: .image)
        try fields.encodeIfPresent(container.command, forKey: .command)
        try fields.encodeIfPresent(container.args, forKey: .args)
        try fields.encodeIfPresent(container.script, forKey: .script)
        try fields.encodeIfPresent(container.python, forKey: .python)
        try fields.encodeIfPresent(container.packages, forKey: .packages)
        try fields.encodeIfPresent(container.code, forKey: .code)
        try fields.encode(container.env, forKey: .env)
        try fields.encode(container.files, forKey: .files)
        try fields.encode(container.mounts, forKey: .mounts)
        try fields.encodeIfPresent(container.resources, forKey: .resources)
        try fields.encodeIfPresent(container.spot, forKey: .spot)
        try fields.encodeIfPresent(container.serviceAccount, forKey: .serviceAccount)
        try fields.encode(container.pullSecrets, forKey: .pullSecrets)
        try fields.encodeIfPresent(container.profile, forKey: .profile)
        try fields.encode(container.overrides, forKey: .overrides)
    }

    static let fields: [SchemaField] = {
        let names = Set(CodingKeys.allCases.map(\.rawValue))
        return ContainerSpec.fields.filter { names.contains($0.name) }
    }()

    /// The same without words, for places beside the first.
    static let undescribedFields = fields.map { SchemaField($0.name, $0.node.undescribed().described("")) }
}
