import KubernetesCore

/// Which objects of a collection a list, a watch or a deletion means.
struct Selection: Sendable {
    private var labels: LabelSelector
    private var fields: FieldSelector
    /// Whether every object is meant.
    var isEverything: Bool { labels.requirements.isEmpty && fields.requirements.isEmpty }

    /// Reads the selectors of a request.
    ///
    /// - Throws: 400.
    init(_ request: APIRequest, _ resource: ServedResource, name: String? = nil) throws(Status) {
        do throws(LabelSelector.ParseError) {
            labels = try LabelSelector(parsing: request.query("labelSelector") ?? "")
        } catch {
            throw Status.badRequest(error.message)
        }
        do throws(FieldSelector.ParseError) {
            fields = try FieldSelector(parsing: request.query("fieldSelector") ?? "")
        } catch {
            throw Status.badRequest(error.message)
        }
        for index in fields.requirements.indices {
            var field = fields.requirements[index].field
            if resource.isNewEvent {
                field = field.replacing("regarding.", with: "involvedObject.")
                field = field.replacing("reportingController", with: "reportingComponent")
                fields.requirements[index].field = field
            }
            if field == "metadata.name" || field == "metadata.namespace" && resource.type.isNamespaced { continue }
            if resource.strategy.fieldPaths[field] == nil { throw Self.unknown(field, resource) }
        }
        if let name { fields.requirements.append(FieldSelector.Requirement(field: "metadata.name", value: name)) }
    }

    private static func unknown(_ field: String, _ resource: ServedResource) -> Status {
        guard resource.collection == "configmaps" else {
            return Status.badRequest("field label not supported: \(field)")
        }
        let name = JSONWriter.string(.string(field))
        return Status.badRequest(
            "\(name) is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
    }

    /// Whether an object is meant.
    func matches(_ attributes: ObjectAttributes) -> Bool {
        if !fields.requirements.isEmpty {
            let isSelected = fields.matches { field in
                switch field {
                case "metadata.name": attributes.key.name
                case "metadata.namespace": attributes.key.namespace ?? ""
                default: attributes.fields[field] ?? ""
                }
            }
            if !isSelected { return false }
        }
        return labels.matches(attributes.labels)
    }
}
