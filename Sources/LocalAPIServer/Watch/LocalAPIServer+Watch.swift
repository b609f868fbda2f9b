import KubernetesCore

extension LocalAPIServer {
    /// `GET` on a collection with `watch`.
    func watch(
        _ request: APIRequest, _ target: RequestTarget, _ resource: ServedResource
    ) async throws -> ServerResponse {
        let options = try ListOptions(request, isWatch: true)
        let selection = try Selection(request, resource, name: target.name)
        let version: Int64?
        do throws(FieldError) {
            version = try options.version()
        } catch {
            throw Status.internalError("\(error.path): \(error.message)")
        }
        let form = try Representation.negotiate(request.header("accept"), isCustom: resource.isCustom)
        if form == .table { _ = try table(of: [], metadata: nil, request, resource) }
        let stream = WatchStream(
            server: self, request: request, resource: resource, namespace: target.namespace, selection: selection,
            options: options, form: form, version: version ?? 0)
        return .stream(status: 200, headers: Self.headers()) { write in try await stream.run(write) }
    }
}
