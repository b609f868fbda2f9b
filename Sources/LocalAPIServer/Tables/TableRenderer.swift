public import KubernetesCore

/// Renders objects as the tables that `kubectl get` prints: `meta.k8s.io/v1`, kind `Table`.
public enum TableRenderer {
    /// Which part of an object goes with its row.
    public enum IncludeObject: String, Sendable {
        case none = "None"
        case metadata = "Metadata"
        case object = "Object"
    }

    /// A table.
    ///
    /// - Parameters:
    ///   - type: The kind of the objects.
    ///   - columns: A CustomResourceDefinition's `additionalPrinterColumns`, nil for none.
    ///   - objects: The rows' objects.
    ///   - listMetadata: The metadata of the list; nil where the table stands for one object, whose
    ///     resourceVersion it then has.
    ///   - includeObject: Which part of an object goes with its row.
    ///   - includeColumns: Whether the columns are told, as in the first event of a watch but not in later ones.
    ///   - now: The time from which ages count.
    public static func table(
        for type: ResourceType, columns: JSONValue?, objects: [JSONValue], listMetadata: JSONValue?,
        includeObject: IncludeObject = .metadata, includeColumns: Bool = true, now: Time
    ) -> JSONValue {
        let columns = tableColumns(for: type, columns: columns)
        var metadata = listMetadata?.objectValue ?? [:]
        if listMetadata == nil { metadata["resourceVersion"] = objects.first?["metadata"]?["resourceVersion"] }
        if metadata["continue"] == "" { metadata["continue"] = nil }
        let rows = objects.map { object in
            var row: [String: JSONValue] = ["cells": .array(columns.map { $0.cell(object, now) })]
            if type.gvk.group.isEmpty, type.gvk.kind == "Pod" { row["conditions"] = completion(of: object) }
            switch includeObject {
            case .none: break
            case .metadata: row["object"] = partialMetadata(of: object)
            case .object: row["object"] = object
            }
            return JSONValue.object(row)
        }
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": .object(metadata),
            "columnDefinitions": includeColumns ? .array(columns.map(\.definition)) : .null, "rows": .array(rows),
        ]
    }

    /// What a row says of a pod that has ended.
    private static func completion(of pod: JSONValue) -> JSONValue? {
        let ends = ["Succeeded": "The pod has completed successfully.", "Failed": "The pod failed."]
        guard let phase = pod["status"]?["phase"]?.stringValue, let message = ends[phase] else { return nil }
        return [
            ["type": "Completed", "status": "True", "reason": .string(phase), "message": .string(message)]
        ]
    }

    /// An object's metadata alone: `meta.k8s.io/v1`, kind `PartialObjectMetadata`.
    public static func partialMetadata(of object: JSONValue) -> JSONValue {
        [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": object["metadata"] ?? .object([:]),
        ]
    }

    private static func tableColumns(for type: ResourceType, columns: JSONValue?) -> [TableColumn] {
        if columns == nil, BuiltinSchemas.isKnown(type.gvk) || type.gvk.group == MetricsGroup.name {
            return BuiltinColumns.columns(for: type.gvk)
        }
        let declared = columns?.arrayValue ?? []
        return declared.isEmpty ? TableColumn.customDefaults : [.name] + declared.compactMap(customColumn)
    }

    /// A column that a CustomResourceDefinition declares.
    private static func customColumn(_ column: JSONValue) -> TableColumn? {
        guard let name = column["name"]?.stringValue, let text = column["jsonPath"]?.stringValue else { return nil }
        let path = JSONPath(text)
        let type = column["type"]?.stringValue ?? "string"
        let description = column["description"]?.stringValue ?? ""
        return TableColumn(
            name: name, type: type, format: column["format"]?.stringValue ?? "",
            description: description.isEmpty
                ? "Custom resource definition column (in JSONPath format): \(text)" : description,
            priority: column["priority"]?.integerValue ?? 0
        ) { object, now in
            guard let value = path?.values(in: object).first, !value.isNull else { return .null }
            return customCell(value, type: type, now: now)
        }
    }

    private static func customCell(_ value: JSONValue, type: String, now: Time) -> JSONValue {
        switch type {
        case "integer":
            switch value {
            case .integer: value
            case .double(let number): .integer(Int64(clamping: Int128(number.isFinite ? number : 0)))
            default: .null
            }
        case "number": value.doubleValue == nil ? .null : value
        case "boolean": value.boolValue == nil ? .null : value
        case "date": value.stringValue == nil ? .null : .string(HumanDuration.since(value, now: now) ?? "<invalid>")
        default: value.stringValue.map { .string($0) } ?? .string(JSONWriter.string(value))
        }
    }
}
