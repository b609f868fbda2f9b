public import KubernetesCore
import Synchronization

/// A structural schema: what an object of a kind may hold, as Kubernetes' CustomResourceDefinitions say it.
///
/// The tree is immutable and shared, so that a schema is as cheap to pass on as a reference; read its fields through
/// the members of ``Fields``.
@dynamicMemberLookup
public struct ObjectSchema: Sendable {
    /// What one level of a schema says.
    public struct Fields: Sendable {
        /// For people.
        public var description: String?
        /// `object`, `array`, `string`, `integer`, `number` or `boolean`.
        public var type: String?
        /// A narrower form of the type, such as `int32` or `date-time`.
        public var format: String?
        /// The members that an object may have.
        public var properties: [String: ObjectSchema] = [:]
        /// What all other members look like, where the object is a map.
        public var additionalProperties: ObjectSchema?
        /// What an array's elements look like.
        public var items: ObjectSchema?
        /// The members that an object must have.
        public var required: [String] = []
        /// The values that there are; nil for any.
        public var enumeration: [JSONValue]?
        /// What a string must look like.
        public var pattern: SchemaPattern?
        /// The least number.
        public var minimum: Double?
        /// Whether the least number itself is excluded.
        public var exclusiveMinimum = false
        /// The greatest number.
        public var maximum: Double?
        /// Whether the greatest number itself is excluded.
        public var exclusiveMaximum = false
        /// What a number must be a multiple of.
        public var multipleOf: Double?
        /// The least count of a string's characters.
        public var minLength: Int?
        /// The greatest count of a string's characters.
        public var maxLength: Int?
        /// The least count of elements.
        public var minItems: Int?
        /// The greatest count of elements.
        public var maxItems: Int?
        /// The least count of members.
        public var minProperties: Int?
        /// The greatest count of members.
        public var maxProperties: Int?
        /// Whether `null` is a value.
        public var isNullable = false
        /// What an absent member becomes.
        public var defaultValue: JSONValue?
        /// `x-kubernetes-preserve-unknown-fields`: whether members that the schema does not name are kept.
        public var preservesUnknownFields = false
        /// `x-kubernetes-int-or-string`.
        public var isIntOrString = false
        /// `x-kubernetes-embedded-resource`: whether this is an object with apiVersion, kind and metadata.
        public var isEmbeddedResource = false
        /// `x-kubernetes-list-type`: `atomic`, `set` or `map`.
        public var listType: String?
        /// `x-kubernetes-list-map-keys`: which members identify an element.
        public var listMapKeys: [String] = []
        /// `x-kubernetes-map-type`: `atomic` or `granular`.
        public var mapType: String?
        /// `x-kubernetes-patch-merge-key`: which member identifies an element in a strategic merge patch.
        public var patchMergeKey: String?
        /// `x-kubernetes-patch-strategy`: `merge`, `replace`, `retainKeys`, in any combination.
        public var patchStrategy: [String] = []
        /// `x-kubernetes-validations`: rules in the Common Expression Language.
        public var validations: [JSONValue] = []
        /// Value validations of which all must hold.
        public var allOf: [ObjectSchema] = []
        /// Value validations of which one must hold.
        public var anyOf: [ObjectSchema] = []
        /// Value validations of which exactly one must hold.
        public var oneOf: [ObjectSchema] = []
        /// A value validation that must not hold.
        public var not: ObjectSchema?
        /// The name that a built-in type has in OpenAPI documents, such as `io.k8s.api.core.v1.Container`.
        public var typeName: String?
        /// Members of the OpenAPI form that nothing here reads, such as `title`.
        public var others: [String: JSONValue] = [:]

        /// Says nothing: any value is valid, and no member is known.
        public init() {}
    }

    private final class Storage: Sendable {
        let fields: Fields
        let hasDefaults: Bool
        let hasValidations: Bool
        let rules = Mutex<RuleTree?>(nil)

        init(_ fields: Fields) {
            self.fields = fields
            let children = fields.properties.values.map(\.storage)
            let inner = [fields.items?.storage, fields.additionalProperties?.storage].compactMap { $0 }
            hasDefaults =
                (children + inner).contains { $0.hasDefaults }
                || fields.properties.values.contains { $0.defaultValue != nil }
            hasValidations =
                !fields.validations.isEmpty || (children + inner).contains { $0.hasValidations }
        }
    }

    private let storage: Storage

    /// Makes a schema of what one level says.
    public init(_ fields: Fields = Fields()) {
        storage = Storage(fields)
    }

    /// Makes a schema by changing an empty one.
    init(_ build: (inout Fields) -> Void) {
        var fields = Fields()
        build(&fields)
        self.init(fields)
    }

    /// What this level says.
    public var fields: Fields { storage.fields }

    /// One of the things that this level says.
    public subscript<Value>(dynamicMember path: KeyPath<Fields, Value>) -> Value { storage.fields[keyPath: path] }

    // What every walk reads is read without a key path.
    var type: String? { storage.fields.type }
    var properties: [String: ObjectSchema] { storage.fields.properties }
    var additionalProperties: ObjectSchema? { storage.fields.additionalProperties }
    var items: ObjectSchema? { storage.fields.items }
    var defaultValue: JSONValue? { storage.fields.defaultValue }
    var enumeration: [JSONValue]? { storage.fields.enumeration }
    var isNullable: Bool { storage.fields.isNullable }
    var isIntOrString: Bool { storage.fields.isIntOrString }
    var isEmbeddedResource: Bool { storage.fields.isEmbeddedResource }
    var preservesUnknownFields: Bool { storage.fields.preservesUnknownFields }
    var listType: String? { storage.fields.listType }
    var listMapKeys: [String] { storage.fields.listMapKeys }

    /// Whether a default is anywhere below, so that a walk can leave the rest out.
    var hasDefaults: Bool { storage.hasDefaults }

    /// Whether a rule in the Common Expression Language is here or anywhere below.
    public var hasValidations: Bool { storage.hasValidations }

    /// The compiled rules of a resource's whole schema, made when they are first needed.
    var rules: RuleTree? {
        guard hasValidations else { return nil }
        return storage.rules.withLock { rules in
            // A copy of this level, so that the rules don't keep themselves alive.
            if rules == nil { rules = RuleTree(with { _ in }, isResource: true) }
            return rules
        }
    }

    /// What an object of a kind of which nothing is known may hold: anything.
    public static let anything = ObjectSchema {
        $0.type = "object"
        $0.preservesUnknownFields = true
    }

    /// A copy that says something else at its first level.
    public func with(_ change: (inout Fields) -> Void) -> ObjectSchema {
        var copy = storage.fields
        change(&copy)
        return ObjectSchema(copy)
    }

    /// The schema of a member; nil where the schema does not know it.
    public func member(_ name: String) -> ObjectSchema? {
        storage.fields.properties[name] ?? storage.fields.additionalProperties
    }

    /// The schema itself; or the whole built-in type, where this stands for a type inside of itself.
    var resolved: ObjectSchema {
        guard storage.fields.preservesUnknownFields, let name = storage.fields.typeName else { return self }
        return BuiltinTypes.schema(name) ?? self
    }
}
