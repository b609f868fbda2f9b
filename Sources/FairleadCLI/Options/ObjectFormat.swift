import ArgumentParser
import FairleadAPI
import KubernetesCore

/// How whole objects are printed.
enum ObjectFormat: String, Sendable, CaseIterable, ExpressibleByArgument {
    case json
    case yaml

    /// The text, as kubectl shows it: without the bookkeeping of field owners.
    func text(_ object: JSONValue) -> String {
        var object = object
        object[path: ["metadata", "managedFields"]] = nil
        switch self {
        case .json: return JSONWriter.prettyString(object, indentation: 4) + "\n"
        case .yaml: return YAMLWriter.string(object)
        }
    }

    /// Several objects as one List.
    func text(list objects: [JSONValue]) -> String {
        let items = objects.map { object in
            var object = object
            object[path: ["metadata", "managedFields"]] = nil
            return object
        }
        return text([
            "apiVersion": "v1", "kind": "List", "metadata": ["resourceVersion": ""], "items": .array(items),
        ])
    }
}
