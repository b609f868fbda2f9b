public import KubernetesCore

/// The spec of a TrainingJob inside of another object: `$(…)` in its strings is replaced before there is a job.
///
/// Of the container the same strings may hold it as of a task's; any other field of the job may be given by one.
public struct TrainingJobTemplate: Sendable, Hashable, Codable {
    /// How the pods of one role differ from the job's.
    struct Role: Sendable, Hashable, Codable {
        var nodes: JSONValue?
        var container: ContainerSpec

        private enum CodingKeys: String, CodingKey { case nodes }

        init(from decoder: any Decoder) throws {
            nodes = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(JSONValue.self, forKey: .nodes)
            container = try ContainerSpec(from: decoder)
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encodeIfPresent(nodes, forKey: .nodes)
            try container.encode(to: encoder)
        }
    }

    /// What every pod runs, roles' own fields aside.
    public var container: ContainerSpec
    var roles: [String: Role]
    /// The job's other fields as they are written, by name.
    var fields: [String: JSONValue]

    /// Trains with a program.
    public init(container: ContainerSpec = ContainerSpec(), fields: [String: JSONValue] = [:]) {
        self.container = container
        self.fields = fields
        roles = [:]
    }

    private static let fieldKeys = TrainingJobSpec.CodingKeys.allCases.filter { $0 != .roles }

    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.container(keyedBy: TrainingJobSpec.CodingKeys.self)
        container = try ContainerSpec(from: decoder)
        roles = try keyed.decode([String: Role].self, forKey: .roles)
        fields = [:]
        for key in Self.fieldKeys { fields[key.rawValue] = try keyed.decodeIfPresent(JSONValue.self, forKey: key) }
    }

    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: TrainingJobSpec.CodingKeys.self)
        try container.encode(to: encoder)
        try keyed.encode(roles, forKey: .roles)
        for key in Self.fieldKeys { try keyed.encodeIfPresent(fields[key.rawValue], forKey: key) }
    }

    /// This job, with what its container leaves open taken from `defaults`.
    public func merged(over defaults: ContainerSpec?) -> TrainingJobTemplate {
        var merged = self
        merged.container = container.merged(over: defaults)
        return merged
    }

    /// Everything that the job reads; strings that cannot be parsed count for nothing.
    public var references: [Reference] { sites().flatMap { (try? $0.template())?.references ?? [] } }
}

extension TrainingJobTemplate {
    /// A string in which `$(…)` is replaced, or a reference.
    struct Site {
        /// What its value must be.
        enum Kind { case text, integer, place }

        var path: FieldPath
        var text: String
        var kind: Kind

        func template() throws(ExpressionError) -> Template {
            kind == .place ? try Template(value: text) : try Template(parsing: text)
        }
    }

    /// All strings in which `$(…)` is replaced, and all references.
    func sites(at path: FieldPath = FieldPath()) -> [Site] {
        var sites = Self.sites(of: container, at: path)
        for name in fields.keys.sorted() {
            guard let node = TrainingJobSpec.fieldNodes[name], let value = fields[name] else { continue }
            sites += Self.sites(of: value, node, at: path[name])
        }
        for name in roles.keys.sorted() {
            guard let role = roles[name] else { continue }
            sites += Self.sites(of: role.container, at: path["roles"][name])
            guard let text = role.nodes?.stringValue else { continue }
            sites.append(Site(path: path["roles"][name]["nodes"], text: text, kind: .integer))
        }
        return sites
    }

    private static func sites(of container: ContainerSpec, at path: FieldPath) -> [Site] {
        let texts = container.templateSites(at: path).filter { !$0.isScript }
            .map { Site(path: $0.path, text: $0.text, kind: .text) }
        let inputs = container.inputs.sorted { $0.key < $1.key }
        return texts
            + inputs.compactMap { name, input in
                input.from.map { Site(path: path["inputs"][name], text: $0, kind: .place) }
            }
    }

    private static func sites(of value: JSONValue, _ node: SchemaNode, at path: FieldPath) -> [Site] {
        if case .object(let members) = value, case .object(let fields) = node.shape {
            return fields.flatMap { field in
                members[field.name].map { sites(of: $0, field.node, at: path[field.name]) } ?? []
            }
        }
        let kind: Site.Kind = node.shape == .integer ? .integer : .text
        return value.stringValue.map { [Site(path: path, text: $0, kind: kind)] } ?? []
    }
}

extension TrainingJobTemplate {
    /// The job's spec with every `$(…)` replaced: whatever was inserted, the job reads exactly that.
    ///
    /// - Parameters:
    ///   - scope: The values.
    ///   - path: Where the spec stands, for messages.
    /// - Throws: `InvalidSpec` with every reference that leads nowhere, and with all that is wrong with the job then.
    public func spec(in scope: Scope, at path: FieldPath) throws(InvalidSpec) -> JSONValue {
        var problems: [InvalidField] = []
        func inserted(_ container: ContainerSpec, _ path: FieldPath) -> [String: JSONValue] {
            do throws(InvalidSpec) {
                let container = try container.inserted(in: scope, at: path)
                return (try? KubernetesJSON.value(of: container))?.objectValue ?? [:]
            } catch {
                problems += error.fields
                return [:]
            }
        }
        func evaluated(_ value: JSONValue, _ node: SchemaNode, _ path: FieldPath) -> JSONValue {
            do throws(ExpressionError) {
                return try Self.evaluate(value, node, in: scope)
            } catch {
                problems.append(InvalidField(path: path.description, message: "\(error)"))
                return .null
            }
        }
        var members = inserted(container, path)
        for name in fields.keys.sorted() {
            guard let value = fields[name], let node = TrainingJobSpec.fieldNodes[name] else { continue }
            members[name] = evaluated(value, node, path[name])
        }
        var roles: [String: JSONValue] = [:]
        for name in self.roles.keys.sorted() {
            guard let role = self.roles[name] else { continue }
            let place = path["roles"][name]
            var members = inserted(role.container, place)
            members["nodes"] = role.nodes.map { evaluated($0, .integer(""), place["nodes"]) }
            roles[name] = .object(members)
        }
        if !roles.isEmpty { members["roles"] = .object(roles) }
        let spec = JSONValue.object(members)
        if problems.isEmpty { problems = TrainingJobValidator.validate(json: spec, at: path) }
        if !problems.isEmpty { throw InvalidSpec(problems) }
        return spec
    }

    /// A field that takes a text gets one, whatever the value's type.
    private static func evaluate(
        _ value: JSONValue, _ node: SchemaNode, in scope: Scope
    ) throws(ExpressionError) -> JSONValue {
        switch (value, node.shape) {
        case (.string(let text), .string): return .string(try Template(parsing: text).text(in: scope))
        case (.object(var members), .object(let fields)):
            for field in fields {
                guard let member = members[field.name] else { continue }
                members[field.name] = try evaluate(member, field.node, in: scope)
            }
            return .object(members)
        default: return try TemplateValue.evaluate(value, in: scope)
        }
    }
}
