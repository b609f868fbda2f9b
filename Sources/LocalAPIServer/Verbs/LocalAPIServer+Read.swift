import KubernetesCore

/// What a list's metadata says.
struct ListPosition {
    var revision: Int64
    var continuation: String?
    var remaining: Int?
}

/// A failure whose `Status` carries more than the type holds.
struct DocumentAnswer: Error {
    var code: Int
    var document: JSONValue
}

extension LocalAPIServer {
    /// `GET` on an object.
    func get(_ request: APIRequest, _ key: ObjectKey, _ resource: ServedResource) async throws -> APIResponse {
        if let text = request.query("resourceVersion"), !text.isEmpty {
            guard let number = Int64(text), number >= 0 else {
                throw Status.internalError(
                    "resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": "
                        + "invalid syntax")
            }
            try await reach(number)
        }
        let place = ObjectReference(collection: resource.collection, key: key)
        guard let live = engine.read({ $0.object(place) }) else { throw Status.notFound(resource, key.name) }
        try await engine.stored(through: live.image.revision)
        return try answer(.image(live.image), request, resource)
    }

    /// Waits a moment for a version that is not there yet.
    private func reach(_ revision: Int64) async throws {
        var current = engine.read { $0.revision }
        if current >= revision { return }
        // As Kubernetes does, give the writer three seconds; nobody is told of single revisions.
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(3)
        while clock.now < deadline {
            try await Task.sleep(for: .milliseconds(20))
            current = engine.read { $0.revision }
            if current >= revision { return }
        }
        throw Status.tooLargeVersion(revision, current: current)
    }

    /// `GET` on a collection.
    func list(
        _ request: APIRequest, _ target: RequestTarget, _ resource: ServedResource
    ) async throws -> APIResponse {
        let options = try ListOptions(request, isWatch: false)
        let selection = try Selection(request, resource)
        let version: Int64?
        do throws(FieldError) {
            version = try options.version()
        } catch {
            throw Status.badRequest("invalid resource version: \(error.path): \(error.message)")
        }
        if !options.continuation.isEmpty {
            return try await listOn(request, target, resource, options, selection, version: version)
        }
        if let version, version > 0 { try await reach(version) }
        var limit = options.limit
        var exact: Int64?
        if options.match == "Exact" || options.match.isEmpty && limit != nil, let version, version > 0 {
            exact = version
        } else if version == 0 {
            limit = nil
        }
        let (page, revision) = engine.read { store in
            (
                store.page(
                    of: resource.collection, namespace: target.namespace, at: exact, after: nil, limit: limit,
                    matches: selection.matches), store.revision
            )
        }
        guard let page else {
            throw Status(
                code: 410, reason: "Expired", message: "The resourceVersion for the provided list is too old.")
        }
        try await engine.stored(through: revision)
        let position = Self.position(of: page, at: exact ?? revision, selection)
        return try answerList(page.images, request, resource, position)
    }

    static func position(of page: ObjectPage, at revision: Int64, _ selection: Selection) -> ListPosition {
        let token = page.last.map { ContinueToken(revision: revision, last: $0).text }
        let remaining = token != nil && selection.isEverything ? page.remaining : nil
        return ListPosition(revision: revision, continuation: token, remaining: remaining)
    }

    /// The next page of a list.
    private func listOn(
        _ request: APIRequest, _ target: RequestTarget, _ resource: ServedResource, _ options: ListOptions,
        _ selection: Selection, version: Int64?
    ) async throws -> APIResponse {
        let token = try ContinueToken(parsing: options.continuation)
        if version != nil, version != 0 {
            throw Status.badRequest("specifying resource version is not allowed when using continue")
        }
        let moment = token.revision < 0 ? nil : token.revision
        let (page, revision) = engine.read { store in
            (
                store.page(
                    of: resource.collection, namespace: target.namespace, at: moment, after: token.last,
                    limit: options.limit, matches: selection.matches), store.revision
            )
        }
        guard let page else { throw Self.expired(token) }
        try await engine.stored(through: revision)
        let position = Self.position(of: page, at: moment ?? revision, selection)
        return try answerList(page.images, request, resource, position)
    }

    private static func expired(_ token: ContinueToken) -> DocumentAnswer {
        let message =
            "The provided continue parameter is too old to display a consistent list result. You can start a new list "
            + "without the continue parameter, or use the continue token in this response to retrieve the remainder "
            + "of the results. Continuing with the provided token results in an inconsistent list - objects that were "
            + "created, modified, or deleted between the time the first chunk was returned and now may show up in the "
            + "list."
        var document = Status(code: 410, reason: "Expired", message: message).document
        document["metadata"] = ["continue": .string(ContinueToken(revision: -1, last: token.last).text)]
        return DocumentAnswer(code: 410, document: document)
    }

    /// An answer with a list, in the form that the client wants.
    func answerList(
        _ images: [ObjectImage], _ request: APIRequest, _ resource: ServedResource, _ position: ListPosition
    ) throws -> APIResponse {
        var metadata: JSONValue = ["resourceVersion": .string(String(position.revision))]
        metadata["continue"] = position.continuation.map { .string($0) }
        metadata["remainingItemCount"] = position.remaining.map { .integer(Int64($0)) }
        let form = try Representation.negotiate(request.header("accept"), isCustom: resource.isCustom)
        switch form {
        case .json:
            if resource.isCustom, position.continuation == nil { metadata["continue"] = "" }
            let body = Self.listBody(images, resource, metadata)
            if request.flag("pretty"), let value = try? JSONParser.parse(body) {
                return APIResponse(
                    status: 200, headers: Self.headers(), body: Array(JSONWriter.prettyString(value).utf8))
            }
            return APIResponse(status: 200, headers: Self.headers(), body: body)
        case .yaml:
            let body = Self.listBody(images, resource, metadata)
            let value = try JSONParser.parse(body)
            return APIResponse(
                status: 200, headers: Self.headers("application/yaml"), body: Array(YAMLDocument.text(value).utf8))
        case .table:
            let values = images.map { AnsweredObject.image($0).value(for: resource) }
            return Self.response(try table(of: values, metadata: metadata, request, resource))
        case .partialList:
            let items = images.map { Self.partial(AnsweredObject.image($0).value(for: resource)) }
            return Self.response([
                "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
                "items": items.isEmpty ? .null : .array(items),
            ])
        case .partialObject:
            let name =
                resource.isCustom ? "*unstructured.UnstructuredList" : "*core.\(resource.kind.listKind)"
            throw Status.notAcceptable(
                "you requested PartialObjectMetadata, but the requested object is a list (\(name))")
        }
    }

    private static func listBody(
        _ images: [ObjectImage], _ resource: ServedResource, _ metadata: JSONValue
    ) -> [UInt8] {
        let head = resource.head
        var body: [UInt8] = []
        body.reserveCapacity(images.reduce(256) { $0 + $1.tail.count + head.count + 1 })
        body += "{\"kind\":\"\(resource.kind.listKind)\",\"apiVersion\":\"\(resource.type.gvk.apiVersion)\",".utf8
        body += "\"metadata\":".utf8
        body += JSONWriter.bytes(metadata)
        body += ",\"items\":[".utf8
        for (index, image) in images.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            if resource.isNewEvent {
                var item = AnsweredObject.image(image).value(for: resource)
                item["apiVersion"] = nil
                item["kind"] = nil
                body += JSONWriter.bytes(item)
            } else if resource.isCustom {
                body += head
                body += image.tail
            } else {
                // Items of built-in kinds carry neither apiVersion nor kind.
                body.append(UInt8(ascii: "{"))
                body += image.tail
            }
        }
        body += "]}".utf8
        return body
    }
}
