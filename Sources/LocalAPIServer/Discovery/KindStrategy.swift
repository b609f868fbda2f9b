import KubernetesCore

/// What the verbs do differently from kind to kind.
struct KindStrategy: Sendable {
    /// What a name must look like.
    enum NameRule: Sendable {
        case subdomain
        case label
        case pathSegment

        func problems(_ name: String) -> [String] {
            switch self {
            case .subdomain: NameRules.subdomain(name)
            case .label:
                NameRules.label(name).map { $0.replacing("no more than 63 bytes", with: "no more than 63 characters") }
            case .pathSegment: NameRules.pathSegment(name)
            }
        }
    }

    /// What a name must look like.
    var nameRule: NameRule = .subdomain
    /// Whether the main resource leaves the status alone, which a subresource writes.
    var hasStatus = false
    /// Whether `metadata.generation` counts changes of the spec.
    var hasGeneration = false
    /// Whether a PUT without a resourceVersion replaces whatever there is.
    var allowsUnconditionalUpdate = true
    /// What every answer about the kind warns of.
    var warning: String?
    /// The fields, beside name and namespace, by which objects can be selected, and where they are.
    var fieldPaths: [String: [String]] = [:]
}

/// A kind in one of its versions, and where its objects are kept.
struct ServedResource: Sendable {
    /// What discovery, tables and documents tell of it.
    var kind: ServedKind
    /// What the verbs do differently for it.
    var strategy: KindStrategy
    /// The collection in the store; the versions of a kind share it.
    var collection: String
    /// Whether its CustomResourceDefinition is being deleted.
    var isTerminating = false
    /// Where a CustomResourceDefinition says that the scale subresource finds its numbers.
    var scale: JSONValue?

    var type: ResourceType { kind.type }
    var isCustom: Bool { kind.isCustom }
    /// Whether core Events and those of events.k8s.io, which are stored as the former, must be told apart.
    var isNewEvent: Bool { type.gvk.group == "events.k8s.io" }

    /// The name errors use: `pods`, or `deployments.apps`.
    var qualifiedName: String { type.qualifiedName }

    /// `{"apiVersion":…,"kind":…,`: what an object's answer begins with.
    var head: [UInt8] {
        let text = #"{"apiVersion":"\#(type.gvk.apiVersion)","kind":"\#(type.gvk.kind)","#
        return Array(text.utf8)
    }

    func draft(_ value: JSONValue) -> ObjectDraft { ObjectDraft(value, fieldPaths: strategy.fieldPaths) }

    /// The kind in the form in which its objects are stored.
    var storedKind: GroupVersionKind {
        isNewEvent ? GroupVersionKind(version: "v1", kind: "Event") : type.gvk
    }

    /// The schema of the stored form.
    var storedSchema: ObjectSchema { isNewEvent ? BuiltinSchemas.schema(for: storedKind) : kind.schema }

    /// The version that stored objects name.
    var apiVersion: String { isNewEvent ? "v1" : type.gvk.apiVersion }

    /// The fields that an endpoint sets back whatever a client writes.
    func resetFields(_ subresource: String?) -> [[String]] {
        guard strategy.hasStatus else { return [] }
        guard subresource == "status" else { return [["status"]] }
        return isCustom ? [["metadata"], ["spec"]] : [["spec"], ["metadata", "ownerReferences"]]
    }
}
