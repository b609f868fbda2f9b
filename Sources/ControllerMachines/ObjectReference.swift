public import KubernetesCore

/// A reference to any object, as events carry it.
public struct ObjectReference: Sendable, Hashable, Codable {
    /// The object's group and version.
    public var apiVersion: String?
    /// The object's kind.
    public var kind: String?
    /// The object's namespace.
    public var namespace: String?
    /// The object's name.
    public var name: String?
    /// The object's identity.
    public var uid: String?
    /// A part of the object, such as `spec.containers{main}`.
    public var fieldPath: String?

    /// Refers to an object.
    public init(
        apiVersion: String? = nil, kind: String? = nil, namespace: String? = nil, name: String? = nil,
        uid: String? = nil, fieldPath: String? = nil
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.fieldPath = fieldPath
    }

    /// Refers to an object by its kind and metadata.
    public init(_ type: ResourceType, _ metadata: ObjectMeta) {
        self.init(
            apiVersion: type.gvk.apiVersion, kind: type.gvk.kind, namespace: metadata.namespace, name: metadata.name,
            uid: metadata.uid)
    }

    /// Refers to an object.
    public init<Object: Resource>(to object: Object) { self.init(Object.type, object.metadata) }
}
