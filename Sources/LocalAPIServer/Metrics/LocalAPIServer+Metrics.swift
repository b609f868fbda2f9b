import KubernetesCore

extension LocalAPIServer {
    /// Answers a request for the resource metrics API.
    func metrics(
        _ request: APIRequest, _ target: RequestTarget, from meter: any NodeMeter
    ) async throws -> APIResponse {
        let resource = target.plural == "pods" ? MetricsGroup.pods : MetricsGroup.nodes
        let needsNamespace = resource.type.isNamespaced && target.name != nil
        guard target.version == MetricsGroup.version, target.plural == resource.type.plural, target.subresource == nil,
            let measured = builtin(target.plural),
            target.namespace != nil ? resource.type.isNamespaced : !needsNamespace
        else { throw Status.resourceNotFound }
        guard request.method == .get else { throw Status.methodNotAllowed }
        if target.isWatchPath || request.flag("watch") { throw Self.unwatched(resource) }
        if let key = target.key {
            let place = ObjectReference(collection: measured.collection, key: key)
            guard let live = engine.read({ $0.object(place) }) else { throw Status.notFound(measured, key.name) }
            guard let document = await Self.documents([live.image], resource, meter, now: now).first else {
                throw MetricsGroup.notFound(resource, key)
            }
            return try answer(.value(document), request, resource)
        }
        let selection = try Selection(request, resource)
        let page = engine.read { store in
            store.page(
                of: measured.collection, namespace: target.namespace, at: nil, after: nil, limit: nil,
                matches: selection.matches)
        }
        let items = await Self.documents(page?.images ?? [], resource, meter, now: now)
        switch try Representation.negotiate(request.header("accept")) {
        case .table: return Self.response(try table(of: items, metadata: [:], request, resource))
        case .yaml:
            let text = YAMLDocument.text(MetricsGroup.list(items, of: resource))
            return APIResponse(status: 200, headers: Self.headers("application/yaml"), body: Array(text.utf8))
        case .json, .partialObject, .partialList: return Self.response(MetricsGroup.list(items, of: resource))
        }
    }

    private static func documents(
        _ images: [ObjectImage], _ resource: ServedResource, _ meter: any NodeMeter, now: Time
    ) async -> [JSONValue] {
        guard !images.isEmpty, let reading = await meter.reading() else { return [] }
        return images.compactMap { image in
            resource.type.isNamespaced
                ? reading.document(ofPod: image.attributes, now: now)
                : reading.document(ofNode: image.attributes, now: now)
        }
    }

    private static func unwatched(_ resource: ServedResource) -> Status {
        Status(
            code: 405, reason: "MethodNotAllowed",
            message: "watch is not supported on resources of kind \"\(resource.qualifiedName)\"",
            details: Status.details(resource, ""))
    }
}
