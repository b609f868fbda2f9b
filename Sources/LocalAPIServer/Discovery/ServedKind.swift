public import KubernetesCore

/// A kind as the server serves it: names, verbs, subresources, and the schema that its objects obey.
public struct ServedKind: Sendable {
    /// Group, version, kind, plural and scope.
    public var type: ResourceType
    /// The singular name, such as `pod`.
    public var singular: String
    /// Abbreviations, such as `po`.
    public var shortNames: [String]
    /// Groupings, such as `all`.
    public var categories: [String]
    /// The kind of its lists, such as `PodList`.
    public var listKind: String
    /// The verbs of the main resource, sorted.
    public var verbs: [String]
    /// The names of the subresources, such as `status`.
    public var subresources: Set<String>
    /// The schema that its objects obey.
    public var schema: ObjectSchema
    /// A CustomResourceDefinition's `additionalPrinterColumns`, nil for none.
    public var printerColumns: JSONValue?
    /// Whether a CustomResourceDefinition defines it.
    public var isCustom: Bool
    /// The CustomResourceDefinition's `openAPIV3Schema`, nil for built-in kinds.
    public var openAPISchema: JSONValue?

    /// Every verb of an ordinary kind.
    public static let allVerbs = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]

    /// Describes a served kind.
    public init(
        type: ResourceType, singular: String, shortNames: [String] = [], categories: [String] = [],
        listKind: String? = nil, verbs: [String] = ServedKind.allVerbs, subresources: Set<String> = [],
        schema: ObjectSchema, printerColumns: JSONValue? = nil, isCustom: Bool = false,
        openAPISchema: JSONValue? = nil
    ) {
        self.type = type
        self.singular = singular
        self.shortNames = shortNames
        self.categories = categories
        self.listKind = listKind ?? type.gvk.kind + "List"
        self.verbs = verbs
        self.subresources = subresources
        self.schema = schema
        self.printerColumns = printerColumns
        self.isCustom = isCustom
        self.openAPISchema = openAPISchema
    }
}
