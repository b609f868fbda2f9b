import ArgumentParser
import FairleadAPI
import KubernetesCore

/// How whole objects are printed.
enum ObjectFormat: String, Sendable, CaseIterable, ExpressibleByArgument {
    case json
    case yaml

    /// An object, as kubectl shows it: without the bookkeeping of field owners.
    func text(_ object: JSONValue) -> String { text(value: Self.clean(object)) }

    /// Several objects as one List.
    func text(list objects: [JSONValue]) -> String {
        text(value: [
            "apiVersion": "v1", "kind": "List", "metadata": ["resourceVersion": ""],
            "items": .array(objects.map(Self.clean)),
        ])
    }

    /// Any value.
    func text(value: JSONValue) -> String {
        switch self {
        case .json: JSONWriter.prettyString(value, indentation: 4) + "\n"
        case .yaml: YAMLWriter.string(value)
        }
    }

    private static func clean(_ object: JSONValue) -> JSONValue {
        var object = object
        object[path: ["metadata", "managedFields"]] = nil
        return object
    }
}
