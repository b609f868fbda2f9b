public import KubernetesCore

extension Client {
    /// Reads a container's log as it is now.
    ///
    /// - Parameters:
    ///   - pod: The pod.
    ///   - query: Which part; with `limitBytes` where it may be large, since the answer is held whole.
    public func logs(_ pod: ObjectKey, _ query: LogQuery = LogQuery()) async throws -> [UInt8] {
        try await send(try Self.logRequest(pod, query, follow: false)).body
    }

    /// Reads a container's log line by line, without holding it.
    ///
    /// - Parameters:
    ///   - pod: The pod.
    ///   - query: Which part.
    ///   - follow: Whether to go on as the container writes, until it ends.
    ///   - receive: Called for each line, without its end, one at a time. A line over 1 MiB comes in pieces.
    /// - Throws: ``APIError``, ``TransportError``, and whatever `receive` throws.
    public func streamLogs(
        _ pod: ObjectKey, _ query: LogQuery = LogQuery(), follow: Bool = false,
        _ receive: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        try await transport.stream(try Self.logRequest(pod, query, follow: follow)) { head, chunks in
            try await APIError.check(head, &chunks)
            var framer = LogLineFramer()
            while let chunk = try await chunks.next() {
                for line in framer.push(chunk) { try await receive(line) }
            }
            if let last = framer.finish() { try await receive(last) }
        }
    }

    private static func logRequest(_ pod: ObjectKey, _ query: LogQuery, follow: Bool) throws -> APIRequest {
        APIRequest(
            path: try ResourceType.pod.encodedPath(of: pod, subresource: "log"), query: query.items(follow: follow),
            headers: ["Accept": "*/*"])
    }
}
