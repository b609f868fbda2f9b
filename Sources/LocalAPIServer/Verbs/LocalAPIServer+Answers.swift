import KubernetesCore

/// What an answer shows: a stored object, encoded long ago, or one that was made for the answer.
enum AnsweredObject {
    case image(ObjectImage)
    case value(JSONValue)

    /// The object with `apiVersion` and `kind`, as the version of the request has it.
    func value(for resource: ServedResource) -> JSONValue {
        var value: JSONValue =
            switch self {
            case .image(let image): image.parsed()
            case .value(let value): value
            }
        if resource.isNewEvent { return EventConversion.served(value) }
        value["apiVersion"] = .string(resource.type.gvk.apiVersion)
        value["kind"] = .string(resource.type.gvk.kind)
        return value
    }
}

extension ObjectImage {
    /// The object's JSON as a version of its kind shows it.
    func document(for resource: ServedResource, head: [UInt8]? = nil) -> [UInt8] {
        if resource.isNewEvent { return JSONWriter.bytes(AnsweredObject.image(self).value(for: resource)) }
        return (head ?? resource.head) + tail
    }
}

extension LocalAPIServer {
    /// An answer with one object, in the form that the client wants.
    func answer(
        _ object: AnsweredObject, _ request: APIRequest, _ resource: ServedResource, status: Int = 200,
        warnings: [String] = []
    ) throws -> APIResponse {
        let form = try Representation.negotiate(request.header("accept"), isCustom: resource.isCustom)
        var response: APIResponse
        switch form {
        case .json:
            if case .image(let image) = object {
                response = APIResponse(status: status, headers: Self.headers(), body: image.document(for: resource))
            } else {
                response = Self.response(object.value(for: resource), status: status)
            }
            if request.flag("pretty"), let value = try? JSONParser.parse(response.body) {
                response.body = Array(JSONWriter.prettyString(value).utf8)
            }
        case .yaml:
            response = APIResponse(
                status: status, headers: Self.headers("application/yaml"),
                body: Array(YAMLDocument.text(object.value(for: resource)).utf8))
        case .table:
            let value = object.value(for: resource)
            let version = value["metadata"]?["resourceVersion"] ?? ""
            let table = try table(
                of: [value], metadata: ["resourceVersion": version], request, resource)
            response = Self.response(table, status: status)
        case .partialObject:
            response = Self.response(Self.partial(object.value(for: resource)), status: status)
        case .partialList:
            if resource.isCustom { throw Status.internalError("content is not a list") }
            throw Status.notAcceptable(
                "you requested PartialObjectMetadataList, but the requested object is not a list "
                    + "(*core.\(resource.type.gvk.kind))")
        }
        if !warnings.isEmpty { response.headers["warning"] = Self.warningHeader(warnings) }
        return response
    }

    /// Warnings as the header has them; several are joined, as HTTP allows.
    static func warningHeader(_ warnings: [String]) -> String {
        warnings.map { text in
            let quoted = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "299 - \"\(quoted)\""
        }.joined(separator: ", ")
    }

    /// An object's metadata alone.
    static func partial(_ value: JSONValue) -> JSONValue {
        [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": value["metadata"] ?? .object([:]),
        ]
    }

    /// Rows and columns for people.
    func table(
        of objects: [JSONValue], metadata: JSONValue?, _ request: APIRequest, _ resource: ServedResource
    ) throws -> JSONValue {
        let text = request.query("includeObject") ?? ""
        guard let include = TableRenderer.IncludeObject(rawValue: text.isEmpty ? "Metadata" : text) else {
            throw Status.badRequest(
                "Unable to convert to Table as requested: includeObject: Invalid value: "
                    + "\(JSONWriter.string(.string(text))): must be 'Metadata', 'Object', 'None', or empty")
        }
        return TableRenderer.table(
            for: resource.type, columns: resource.kind.printerColumns, objects: objects, listMetadata: metadata,
            includeObject: include, now: now)
    }
}
