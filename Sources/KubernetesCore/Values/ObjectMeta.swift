/// The metadata that Fairlead reads and writes; `managedFields` is left out on purpose, since it may be a third of
/// an object's size.
public struct ObjectMeta: Sendable, Hashable, Codable {
    /// The name; empty only in a request that asks for a generated one.
    public var name: String
    /// The namespace, nil for cluster-scoped kinds.
    public var namespace: String?
    /// A prefix from which the server makes a name.
    public var generateName: String?
    /// The object's identity, set by the server; empty before.
    public var uid: String
    /// The version of the object, set by the server.
    public var resourceVersion: ResourceVersion?
    /// A count of changes to the spec, set by the server.
    public var generation: Int64?
    /// When the object was made, set by the server.
    public var creationTimestamp: Time?
    /// When deletion was asked for; set while finalizers or a grace period keep the object.
    public var deletionTimestamp: Time?
    /// The grace period of that deletion.
    public var deletionGracePeriodSeconds: Int64?
    /// Labels.
    public var labels: [String: String]
    /// Annotations.
    public var annotations: [String: String]
    /// What must happen before the object goes.
    public var finalizers: [String]
    /// The objects with which this one goes.
    public var ownerReferences: [OwnerReference]

    /// Metadata for a request.
    public init(
        name: String = "", namespace: String? = nil, generateName: String? = nil, uid: String = "",
        resourceVersion: ResourceVersion? = nil, labels: [String: String] = [:], annotations: [String: String] = [:],
        finalizers: [String] = [], ownerReferences: [OwnerReference] = []
    ) {
        self.name = name
        self.namespace = namespace
        self.generateName = generateName
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.labels = labels
        self.annotations = annotations
        self.finalizers = finalizers
        self.ownerReferences = ownerReferences
    }

    /// The owner that manages the object, if it has one.
    public var controller: OwnerReference? { ownerReferences.first { $0.controller == true } }

    /// Whether deletion was asked for.
    public var isBeingDeleted: Bool { deletionTimestamp != nil }

    private enum CodingKeys: String, CodingKey {
        case name, namespace, generateName, uid, resourceVersion, generation, creationTimestamp, deletionTimestamp
        case deletionGracePeriodSeconds, labels, annotations, finalizers, ownerReferences
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decodeIfPresent(String.self, forKey: .name) ?? ""
        namespace = try container.decodeIfPresent(String.self, forKey: .namespace)
        generateName = try container.decodeIfPresent(String.self, forKey: .generateName)
        uid = try container.decodeIfPresent(String.self, forKey: .uid) ?? ""
        resourceVersion = try container.decodeIfPresent(ResourceVersion.self, forKey: .resourceVersion)
        generation = try container.decodeIfPresent(Int64.self, forKey: .generation)
        creationTimestamp = try container.decodeIfPresent(Time.self, forKey: .creationTimestamp)
        deletionTimestamp = try container.decodeIfPresent(Time.self, forKey: .deletionTimestamp)
        deletionGracePeriodSeconds = try container.decodeIfPresent(Int64.self, forKey: .deletionGracePeriodSeconds)
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
        annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations) ?? [:]
        finalizers = try container.decodeIfPresent([String].self, forKey: .finalizers) ?? []
        ownerReferences = try container.decodeIfPresent([OwnerReference].self, forKey: .ownerReferences) ?? []
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if !name.isEmpty { try container.encode(name, forKey: .name) }
        try container.encodeIfPresent(namespace, forKey: .namespace)
        try container.encodeIfPresent(generateName, forKey: .generateName)
        if !uid.isEmpty { try container.encode(uid, forKey: .uid) }
        try container.encodeIfPresent(resourceVersion, forKey: .resourceVersion)
        try container.encodeIfPresent(generation, forKey: .generation)
        try container.encodeIfPresent(creationTimestamp, forKey: .creationTimestamp)
        try container.encodeIfPresent(deletionTimestamp, forKey: .deletionTimestamp)
        try container.encodeIfPresent(deletionGracePeriodSeconds, forKey: .deletionGracePeriodSeconds)
        if !labels.isEmpty { try container.encode(labels, forKey: .labels) }
        if !annotations.isEmpty { try container.encode(annotations, forKey: .annotations) }
        if !finalizers.isEmpty { try container.encode(finalizers, forKey: .finalizers) }
        if !ownerReferences.isEmpty { try container.encode(ownerReferences, forKey: .ownerReferences) }
    }
}

/// A reference from an object to its owner in the same namespace.
public struct OwnerReference: Sendable, Hashable, Codable {
    /// The owner's group and version.
    public var apiVersion: String
    /// The owner's kind.
    public var kind: String
    /// The owner's name.
    public var name: String
    /// The owner's identity.
    public var uid: String
    /// Whether the owner manages the object; at most one does.
    public var controller: Bool?
    /// Whether a foreground deletion of the owner waits for the object.
    public var blockOwnerDeletion: Bool?

    /// Refers to an owner.
    public init(
        apiVersion: String, kind: String, name: String, uid: String, controller: Bool? = nil,
        blockOwnerDeletion: Bool? = nil
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
        self.controller = controller
        self.blockOwnerDeletion = blockOwnerDeletion
    }

    /// Refers to an object as the one that manages another.
    public init(controller type: ResourceType, metadata: ObjectMeta) {
        self.init(
            apiVersion: type.gvk.apiVersion, kind: type.gvk.kind, name: metadata.name, uid: metadata.uid,
            controller: true, blockOwnerDeletion: true)
    }
}

/// An opaque version of an object or a collection.
///
/// Since Kubernetes 1.35 (KEP-5504) the versions of one resource are comparable integers of any length.
public struct ResourceVersion: Sendable, Hashable, Codable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The text as the server gave it.
    public var rawValue: String

    /// Wraps a version.
    public init(_ rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }

    public init(from decoder: any Decoder) throws { rawValue = try decoder.singleValueContainer().decode(String.self) }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public var description: String { rawValue }

    private var isWellFormed: Bool {
        guard let first = rawValue.utf8.first, first != 0x30 else { return false }
        return rawValue.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    /// Whether this version is that one or a later one of the same resource; nil where either is malformed, in which
    /// case a caller must not block on the answer.
    public func isAtLeast(_ other: ResourceVersion) -> Bool? {
        guard isWellFormed, other.isWellFormed else { return nil }
        if rawValue.utf8.count != other.rawValue.utf8.count { return rawValue.utf8.count > other.rawValue.utf8.count }
        return rawValue >= other.rawValue
    }
}
