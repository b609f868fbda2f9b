import KubernetesCore
import Synchronization

/// The types of the kinds that the server has of its own, made into schemas and shared.
enum BuiltinTypes {
    /// The notations, by area.
    private static let notations = [
        meta, pods, volumes, core, apps, batch, policy, coordination, events, accessControl, scheduling, storage,
        networking, discovery, extensions, autoscaling,
    ]

    private static let lines: [String: SchemaNotation.TypeLine] = {
        var lines: [String: SchemaNotation.TypeLine] = [:]
        for type in notations.flatMap(\.types) { lines["\(type.package).\(type.name)"] = type }
        return lines
    }()

    /// Packages in which a name without package is looked for, after the referring type's own.
    private static let sharedPackages = ["io.k8s.apimachinery.pkg.apis.meta.v1", "io.k8s.api.core.v1"]

    private static let built = Mutex<[String: ObjectSchema]>([:])

    /// The schema of a type; nil where there is no such type.
    ///
    /// - Parameter typeName: The full name, such as `io.k8s.api.core.v1.Pod`.
    static func schema(_ typeName: String) -> ObjectSchema? {
        if let schema = built.withLock({ $0[typeName] }) { return schema }
        // Built outside of the lock: two threads may build the same type, and either's is as good.
        var builder = Builder()
        guard let schema = builder.schema(typeName) else { return nil }
        return built.withLock { cache in
            cache.merge(builder.finished) { first, _ in first }
            return cache[typeName] ?? schema
        }
    }

    /// The package that holds a group's types.
    static func package(group: String, version: String) -> String {
        switch group {
        case "": "io.k8s.api.core.\(version)"
        case "apiextensions.k8s.io": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.\(version)"
        default: "io.k8s.api.\(group.split(separator: ".").first ?? "").\(version)"
        }
    }

    /// What people are told about a type or, behind a dot, one of its fields.
    static func description(_ typeName: String, field: String? = nil) -> String? {
        let short = typeName.split(separator: ".").last.map(String.init) ?? typeName
        if let field { return descriptions["\(short).\(field)"] ?? descriptions["*.\(field)"] }
        return descriptions[typeName] ?? descriptions[short]
    }

    /// Makes schemas of lines; a type that refers to itself becomes schemaless where it does.
    private struct Builder {
        var finished: [String: ObjectSchema] = [:]
        private var open: Set<String> = []

        mutating func schema(_ typeName: String) -> ObjectSchema? {
            if let schema = finished[typeName] { return schema }
            guard let line = lines[typeName] else { return nil }
            guard open.insert(typeName).inserted else { return .anything.with { $0.typeName = typeName } }
            defer { open.remove(typeName) }
            var fields = ObjectSchema.Fields()
            fields.type = "object"
            fields.typeName = typeName
            fields.description = description(typeName)
            if line.isAtomic { fields.mapType = "atomic" }
            if line.isKind {
                for name in ["apiVersion", "kind"] {
                    fields.properties[name] = ObjectSchema {
                        $0.type = "string"
                        $0.description = description(typeName, field: name)
                    }
                }
            }
            for field in line.fields {
                fields.properties[field.name] = member(field, of: line)
                if field.isRequired { fields.required.append(field.name) }
            }
            let schema = ObjectSchema(fields)
            finished[typeName] = schema
            return schema
        }

        private mutating func member(_ field: SchemaNotation.Field, of line: SchemaNotation.TypeLine) -> ObjectSchema {
            type(field.type, in: line.package).with { fields in
                if let text = description("\(line.package).\(line.name)", field: field.name) {
                    fields.description = text
                }
                if fields.type == "array" { fields.listType = "atomic" }
                for modifier in field.modifiers { apply(modifier, to: &fields) }
            }
        }

        private func apply(_ modifier: Substring, to fields: inout ObjectSchema.Fields) {
            let arguments = modifier.split(whereSeparator: { "(,)".contains($0) }).dropFirst().map(String.init)
            if modifier.hasPrefix("=") {
                fields.defaultValue = try? JSONParser.parse(String(modifier.dropFirst()))
            } else if modifier.hasPrefix("map(") {
                fields.listType = "map"
                fields.listMapKeys = arguments
            } else if modifier.hasPrefix("patch(") {
                fields.patchMergeKey = arguments.first
                fields.patchStrategy.append("merge")
            } else {
                switch modifier {
                case "set": fields.listType = "set"
                case "whole": fields.mapType = "atomic"
                case "retain": fields.patchStrategy.append("retainKeys")
                default: fields.patchStrategy.append(String(modifier))
                }
            }
        }

        private mutating func type(_ text: Substring, in package: String) -> ObjectSchema {
            if text.hasPrefix("[]") {
                let items = type(text.dropFirst(2), in: package)
                return ObjectSchema {
                    $0.type = "array"
                    $0.items = items
                }
            }
            if text.hasPrefix("{") {
                let values = type(text.dropFirst().dropLast(), in: package)
                return ObjectSchema {
                    $0.type = "object"
                    $0.additionalProperties = values
                }
            }
            if let scalar = scalars[text] { return scalar }
            for candidate in [package] + sharedPackages {
                if let schema = schema("\(candidate).\(text)") { return schema }
            }
            return .anything
        }
    }

    private static func scalar(_ type: String, _ format: String? = nil, named name: String? = nil) -> ObjectSchema {
        ObjectSchema {
            $0.type = type
            $0.format = format
            $0.typeName = name
        }
    }

    /// The name under which quantities stand in OpenAPI documents.
    static let quantityName = "io.k8s.apimachinery.pkg.api.resource.Quantity"

    private static let scalars: [Substring: ObjectSchema] = [
        "string": scalar("string"), "bool": scalar("boolean"), "int32": scalar("integer", "int32"),
        "int64": scalar("integer", "int64"), "double": scalar("number", "double"),
        "bytes": scalar("string", "byte"),
        "time": scalar("string", "date-time", named: "io.k8s.apimachinery.pkg.apis.meta.v1.Time"),
        "microtime": scalar("string", "date-time", named: "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime"),
        "quantity": ObjectSchema {
            $0.isIntOrString = true
            $0.typeName = quantityName
        },
        "intstr": ObjectSchema {
            $0.isIntOrString = true
            $0.typeName = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
        },
        "any": ObjectSchema { $0.preservesUnknownFields = true },
    ]
}
