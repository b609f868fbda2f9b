public import KubernetesCore

extension Client {
    /// Watches a collection until the server ends the stream, and hands over each event in order.
    ///
    /// A normal end returns; the caller goes on from the last version that it saw.
    ///
    /// - Parameters:
    ///   - resource: What to decode each object into.
    ///   - namespace: nil for all namespaces.
    ///   - query: Selectors and where to begin.
    ///   - receive: Called for each event, one at a time. An event whose object does not decode is handed over as a
    ///     failure, and the watch goes on.
    /// - Throws: ``APIError`` where the watch is refused, ``TransportError`` where it breaks, and whatever `receive`
    ///   throws. An ERROR event is handed over, not thrown.
    public func watch<T: Resource>(
        _ resource: T.Type, namespace: String? = nil, _ query: WatchQuery,
        _ receive: @Sendable (Result<WatchEvent<T>, UndecodableObject>) async throws -> Void
    ) async throws {
        let request = APIRequest(
            path: T.type.encodedPath(namespace: namespace), query: query.items,
            headers: Self.headers(T.self, isList: false))
        try await transport.stream(request) { head, chunks in
            try await APIError.check(head, &chunks)
            var framer = LineFramer()
            while let chunk = try await chunks.next() {
                let lines: [[UInt8]]
                do throws(LineFramer.LineTooLong) {
                    lines = try framer.push(chunk)
                } catch {
                    throw TransportError(.other, "an event of the watch is longer than \(error.limit) bytes")
                }
                for line in lines { try await receive(UndecodableObject.decodeEvent(line)) }
            }
        }
    }
}
