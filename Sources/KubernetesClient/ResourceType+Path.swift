import KubernetesCore

extension ResourceType {
    /// The collection's path, its namespace percent-encoded.
    func encodedPath(namespace: String?) -> String {
        path(namespace: namespace.map(PercentEncoding.encode))
    }

    /// An object's path, its segments percent-encoded.
    ///
    /// - Throws: ``APIError`` for a name that would lead to another object: an empty one to the whole collection.
    func encodedPath(of key: ObjectKey, subresource: String? = nil) throws -> String {
        for segment in [key.name, key.namespace ?? key.name] where ["", ".", ".."].contains(segment) {
            throw APIError(
                Status(code: 400, reason: "BadRequest", message: "\"\(segment)\" can not name an object or a namespace")
            )
        }
        let object = ObjectKey(
            namespace: key.namespace.map(PercentEncoding.encode), name: PercentEncoding.encode(key.name))
        return path(of: object) + (subresource.map { "/\($0)" } ?? "")
    }
}
