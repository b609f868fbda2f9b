public import KubernetesCore

/// An InferenceService as a task of a pipeline: it is applied, and waited for until what it asks for serves.
public struct InferenceServiceTask: Sendable, Hashable, Codable {
    /// The service's name; may hold `$(…)`.
    public var name: String
    /// What the service serves; any string but a script may hold `$(…)`, and `$$(NAME)` is left to the kubelet.
    public var spec: JSONValue

    /// Describes a service.
    public init(name: String, spec: JSONValue) {
        self.name = name
        self.spec = spec
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case name, spec }
}

extension InferenceServiceTask {
    /// What becomes of a string of the spec.
    private enum Use {
        /// `$(…)` is replaced; a string that is nothing else takes the type of its value.
        case value
        /// It is a text in which the kubelet replaces `$(NAME)`.
        case kubelet
        /// Nothing is replaced.
        case script
    }

    /// The fields of a container that hold scripts, and those in which the kubelet replaces.
    private static let scripts: Set<String> = ["script", "python"]
    private static let expanded: Set<String> = ["command", "args", "env"]

    /// All strings in which `$(…)` is replaced.
    func sites(at path: FieldPath) -> [(path: FieldPath, text: String)] {
        var sites = [(path["name"], name)]
        Self.walk(spec, at: path["spec"], .value) { value, path, use in
            if use != .script, let text = value.stringValue { sites.append((path, text)) }
        }
        return sites
    }

    /// Everything that the service reads; strings that cannot be parsed count for nothing.
    public var references: [Reference] {
        sites(at: FieldPath()).flatMap { (try? Template(parsing: $0.text))?.references ?? [] }
    }

    /// The service with every `$(…)` replaced: its name and its spec.
    ///
    /// - Parameters:
    ///   - scope: The values.
    ///   - path: Where the task's work stands, for messages.
    /// - Throws: `InvalidSpec` with every reference that leads nowhere, and with all that is wrong with the service then.
    public func service(
        in scope: Scope, at path: FieldPath
    ) throws(InvalidSpec) -> (name: String, spec: JSONValue) {
        var problems: [InvalidField] = []
        func evaluated(_ text: String, _ path: FieldPath, _ use: Use) -> JSONValue {
            do throws(ExpressionError) {
                let template = try Template(parsing: text)
                return use == .kubelet
                    ? .string(try template.insertedText(in: scope)) : try template.evaluate(in: scope)
            } catch {
                problems.append(InvalidField(path: path.description, message: "\(error)"))
                return .string(text)
            }
        }
        let name = evaluated(name, path["name"], .value)
        let spec = Self.map(spec, at: path["spec"], .value) { value, path, use in
            guard use != .script, let text = value.stringValue else { return value }
            return evaluated(text, path, use)
        }
        let text = name.stringValue ?? JSONWriter.string(name)
        if problems.isEmpty {
            if let problem = InferenceServiceValidator.nameProblem(text, limits: .published) {
                problems.append(InvalidField(path: path["name"].description, message: problem))
            }
            problems += InferenceServiceValidator.validate(json: spec, at: path["spec"])
        }
        if !problems.isEmpty { throw InvalidSpec(problems) }
        return (text, spec)
    }

    private static func walk(
        _ value: JSONValue, at path: FieldPath, _ use: Use, _ visit: (JSONValue, FieldPath, Use) -> Void
    ) {
        _ = map(value, at: path, use) { value, path, use in
            visit(value, path, use)
            return value
        }
    }

    private static func map(
        _ value: JSONValue, at path: FieldPath, _ use: Use, _ change: (JSONValue, FieldPath, Use) -> JSONValue
    ) -> JSONValue {
        switch value {
        case .array(let elements):
            return .array(elements.enumerated().map { map($1, at: path[$0], use, change) })
        case .object(let members):
            var changed: [String: JSONValue] = [:]
            for name in members.keys.sorted() {
                var inner = use
                if use == .value, scripts.contains(name) { inner = .script }
                if use == .value, expanded.contains(name) { inner = .kubelet }
                changed[name] = map(members[name] ?? .null, at: path[name], inner, change)
            }
            return .object(changed)
        default: return change(value, path, use)
        }
    }
}
