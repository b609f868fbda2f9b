public import KubernetesCore

/// The values that references lead to.
public struct Scope: Sendable, Hashable {
    /// The outcome of a task.
    public struct TaskOutcome: Sendable, Hashable {
        /// `Succeeded`, `Failed` or `Skipped`.
        public var status: String
        /// What the task wrote; of a skipped task every result is null.
        public var results: [String: JSONValue]
        /// The files that it wrote.
        public var artifacts: [String: ArtifactReference]
        /// The files that the items of a mapped task wrote, in their order; nil for an item that failed.
        public var artifactLists: [String: [ArtifactReference?]]

        /// Describes an outcome.
        public init(
            status: String, results: [String: JSONValue] = [:], artifacts: [String: ArtifactReference] = [:],
            artifactLists: [String: [ArtifactReference?]] = [:]
        ) {
            self.status = status
            self.results = results
            self.artifacts = artifacts
            self.artifactLists = artifactLists
        }
    }

    /// The run's parameters, resolved.
    public var params: [String: JSONValue]
    /// The outcomes of the tasks that are finished.
    public var tasks: [String: TaskOutcome]
    /// What `run.…` holds: `name`, `uid`, `namespace`, and in `finally` also `status`.
    public var run: [String: JSONValue]
    /// What `trigger.…` holds in a Trigger's template; times are texts.
    public var trigger: [String: JSONValue]
    /// The item of a mapped task.
    public var item: JSONValue?
    /// The index of that item.
    public var itemIndex: Int?
    /// What the pipeline declares: an expression takes its numbers as what they were declared.
    public var declared: ReferenceScope?

    /// Collects values.
    public init(
        params: [String: JSONValue] = [:], tasks: [String: TaskOutcome] = [:], run: [String: JSONValue] = [:],
        trigger: [String: JSONValue] = [:], item: JSONValue? = nil, itemIndex: Int? = nil,
        declared: ReferenceScope? = nil
    ) {
        self.params = params
        self.tasks = tasks
        self.run = run
        self.trigger = trigger
        self.item = item
        self.itemIndex = itemIndex
        self.declared = declared
    }

    /// The value at the end of a path.
    ///
    /// - Throws: `ExpressionError` where there is none.
    public func value(of reference: Reference) throws(ExpressionError) -> JSONValue {
        switch reference.root {
        case .params: return try walk(.object(params), reference, from: 0)
        case .run: return try walk(.object(run), reference, from: 0)
        case .tasks: return try taskValue(of: reference)
        case .item:
            guard let item else { throw ExpressionError("item stands only in a mapped task") }
            return try walk(item, reference, from: 0)
        case .itemIndex:
            guard let itemIndex, reference.steps.isEmpty else {
                throw ExpressionError("itemIndex stands only in a mapped task")
            }
            return .integer(Int64(itemIndex))
        case .trigger:
            guard !trigger.isEmpty else { throw ExpressionError("trigger has no value here") }
            return try walk(.object(trigger), reference, from: 0)
        case .trial: throw ExpressionError("trial has no value here")
        }
    }

    private func taskValue(of reference: Reference) throws(ExpressionError) -> JSONValue {
        guard let name = reference.taskName, let part = reference.memberName(at: 1) else {
            throw ExpressionError("\(reference) leads to no value; write tasks.NAME.results.RESULT")
        }
        guard let outcome = tasks[name] else { throw ExpressionError("task \(name) is not finished") }
        if part == "status", reference.steps.count == 2 { return .string(outcome.status) }
        guard let member = reference.memberName(at: 2) else {
            throw ExpressionError("\(reference) leads to no value")
        }
        if outcome.status == "Skipped" { return .null }
        switch part {
        case "results":
            guard let value = outcome.results[member] else {
                throw ExpressionError("task \(name) wrote no result \(member)")
            }
            return try walk(value, reference, from: 3)
        case "artifacts":
            if let list = outcome.artifactLists[member] {
                return try walk(.array(list.map { $0.map { .string($0.uri) } ?? .null }), reference, from: 3)
            }
            guard let artifact = outcome.artifacts[member] else {
                throw ExpressionError("task \(name) wrote no artifact \(member)")
            }
            return try value(of: artifact, reference)
        default: throw ExpressionError("\(reference) leads to no value")
        }
    }

    private func value(
        of artifact: ArtifactReference, _ reference: Reference
    ) throws(ExpressionError) -> JSONValue {
        guard reference.steps.count > 3 else { return .string(artifact.uri) }
        switch reference.memberName(at: 3) {
        case "uri" where reference.steps.count == 4: return .string(artifact.uri)
        case "digest" where reference.steps.count == 4: return artifact.digest.map { .string($0) } ?? .null
        case "size" where reference.steps.count == 4: return artifact.size.map { .integer($0) } ?? .null
        default: throw ExpressionError("\(reference) leads to no value; an artifact has uri, digest and size")
        }
    }

    private func walk(
        _ value: JSONValue, _ reference: Reference, from start: Int
    ) throws(ExpressionError) -> JSONValue {
        var value = value
        for index in reference.steps.indices.dropFirst(start) {
            let next =
                switch reference.steps[index] {
                case .member(let name): value[name]
                case .element(let position): value[position]
                }
            guard let next else {
                let parent = Reference(root: reference.root, steps: Array(reference.steps[..<index]))
                guard case .member(let name) = reference.steps[index] else {
                    throw ExpressionError("\(parent) has no element at that index: \(reference)")
                }
                let names = value.objectValue.map { Array($0.keys) } ?? []
                throw ExpressionError(
                    "\(parent) has no member \(Quoted.text(name))\(NearestName.suggestion(name, among: names))")
            }
            value = next
        }
        return value
    }
}
