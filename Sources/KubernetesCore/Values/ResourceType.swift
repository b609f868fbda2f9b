/// A group, a version and a kind: what `apiVersion` and `kind` of an object say.
public struct GroupVersionKind: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The API group, empty for the core group.
    public var group: String
    /// The version in the group, such as `v1`.
    public var version: String
    /// The kind, such as `Pod`.
    public var kind: String

    /// Names a kind.
    public init(group: String = "", version: String, kind: String) {
        self.group = group
        self.version = version
        self.kind = kind
    }

    /// Reads `apiVersion` (`v1`, `apps/v1`) and `kind`.
    public init(apiVersion: String, kind: String) {
        let parts = apiVersion.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        self.init(group: parts.count == 2 ? parts[0] : "", version: parts.last ?? "", kind: kind)
    }

    /// `v1`, or `apps/v1` for a named group.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    public var description: String { "\(apiVersion), Kind=\(kind)" }
}

/// A kind that an API server serves, with the name of its collection.
public struct ResourceType: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Group, version and kind.
    public var gvk: GroupVersionKind
    /// The collection's name in paths, lower case: `pods`.
    public var plural: String
    /// Whether objects of this kind live in a namespace.
    public var isNamespaced: Bool

    /// Describes a served kind.
    public init(group: String = "", version: String, kind: String, plural: String, isNamespaced: Bool = true) {
        gvk = GroupVersionKind(group: group, version: version, kind: kind)
        self.plural = plural
        self.isNamespaced = isNamespaced
    }

    /// The collection's path for a namespace, or for all of them where it is nil.
    public func path(namespace: String? = nil) -> String {
        let root = gvk.group.isEmpty ? "/api/\(gvk.version)" : "/apis/\(gvk.group)/\(gvk.version)"
        guard isNamespaced, let namespace else { return "\(root)/\(plural)" }
        return "\(root)/namespaces/\(namespace)/\(plural)"
    }

    /// An object's path.
    public func path(of key: ObjectKey) -> String { "\(path(namespace: key.namespace))/\(key.name)" }

    /// `pods`, or `deployments.apps` for a named group: how errors and `kubectl` name a collection.
    public var qualifiedName: String { gvk.group.isEmpty ? plural : "\(plural).\(gvk.group)" }

    public var description: String { qualifiedName }
}

/// An object's address in its collection.
public struct ObjectKey: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// The namespace, nil for cluster-scoped kinds.
    public var namespace: String?
    /// The name.
    public var name: String

    /// Names an object.
    public init(namespace: String?, name: String) {
        self.namespace = namespace
        self.name = name
    }

    public var description: String { namespace.map { "\($0)/\(name)" } ?? name }

    public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.namespace ?? "", left.name) < (right.namespace ?? "", right.name)
    }
}

/// A type that stands for objects of one kind, whole or as a projection of some of their fields.
public protocol Resource: JSONReadable, Sendable {
    /// The kind and its collection.
    static var type: ResourceType { get }
    /// Whether nothing but the metadata is looked at, so that the server need not send the rest; false unless said
    /// otherwise.
    static var isMetadataOnly: Bool { get }
    /// The object's metadata.
    var metadata: ObjectMeta { get }
}

extension Resource {
    public static var isMetadataOnly: Bool { false }

    /// The object's address.
    public var key: ObjectKey { ObjectKey(namespace: metadata.namespace, name: metadata.name) }
}
