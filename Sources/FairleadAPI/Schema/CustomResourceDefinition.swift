public import KubernetesCore

/// What makes the API server serve one of Fairlead's kinds.
public struct CustomResourceDefinition: Sendable, Hashable {
    /// The kind.
    public var type: ResourceType
    /// The short name that `kubectl` takes.
    public var shortName: String

    var description: String
    var spec: SchemaNode
    var status: SchemaNode
    var columns: [PrinterColumn]
    /// The longest name of an object, in characters; nil where Kubernetes' own limit does.
    var nameLimit: Int?

    /// The object's name.
    public var name: String { type.qualifiedName }

    /// The object.
    public var json: JSONValue {
        [
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": ["name": .string(name)],
            "spec": [
                "group": .string(type.gvk.group),
                "scope": .string(type.isNamespaced ? "Namespaced" : "Cluster"),
                "names": [
                    "kind": .string(type.gvk.kind),
                    "listKind": .string("\(type.gvk.kind)List"),
                    "plural": .string(type.plural),
                    "singular": .string(type.gvk.kind.lowercased()),
                    "shortNames": [.string(shortName)],
                    "categories": [.string(FairleadGroup.category)],
                ],
                "versions": [version],
            ],
        ]
    }

    /// The object as YAML.
    public var yaml: String { YAMLWriter.string(json, isTight: true) }

    private var version: JSONValue {
        var root = SchemaNode.object(
            description,
            [
                SchemaField("apiVersion", .string("The group and version.")),
                SchemaField("kind", .string("The kind.")),
                SchemaField("metadata", .object("", [])),
                .required("spec", spec),
                SchemaField("status", status),
            ])
        if let nameLimit {
            root = root.ruled(
                "size(self.metadata.name) <= \(nameLimit)",
                message: "metadata.name must have at most \(nameLimit) characters")
        }
        var schema = root.openAPI
        // Of metadata the API server knows the schema itself, and takes none from us.
        schema[path: ["properties", "metadata"]] = ["type": "object"]
        return [
            "name": .string(type.gvk.version),
            "served": true,
            "storage": true,
            "subresources": ["status": [:]],
            "additionalPrinterColumns": .array(columns.map(\.json)),
            "schema": ["openAPIV3Schema": schema],
        ]
    }
}
