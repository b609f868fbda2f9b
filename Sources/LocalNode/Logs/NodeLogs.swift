public import Foundation
import Glibc
import KubernetesCore

/// Reads the logs of containers that run or ran on this node.
public struct NodeLogs: Sendable {
    /// Which part of which log is wanted.
    public struct Request: Sendable, Hashable {
        /// The pod's name, for messages.
        public var pod: String
        /// The pod's identity.
        public var uid: String
        /// The container.
        public var container: String
        /// Whether to go on until the container ends.
        public var follow: Bool
        /// Whether the container's previous run is meant.
        public var previous: Bool
        /// Whether each line begins with its time.
        public var timestamps: Bool
        /// How many of the last lines are wanted; nil for all.
        public var tailLines: Int?
        /// The time of the first line that is wanted; nil for no bound.
        public var since: Date?
        /// How many bytes are wanted; nil for no bound.
        public var limitBytes: Int?

        /// Describes a part of a log.
        public init(
            pod: String, uid: String, container: String, follow: Bool = false, previous: Bool = false,
            timestamps: Bool = false, tailLines: Int? = nil, since: Date? = nil, limitBytes: Int? = nil
        ) {
            self.pod = pod
            self.uid = uid
            self.container = container
            self.follow = follow
            self.previous = previous
            self.timestamps = timestamps
            self.tailLines = tailLines
            self.since = since
            self.limitBytes = limitBytes
        }
    }

    private let paths: NodePaths

    /// Reads what a node with that state directory keeps.
    public init(stateDirectory: String) { paths = NodePaths(state: stateDirectory) }

    /// Hands over a log in pieces, to its end or, where it is followed, to the container's end.
    ///
    /// - Parameters:
    ///   - request: What is wanted.
    ///   - write: Called for each piece, one at a time.
    /// - Throws: A `Status` where there is no such log; whatever `write` throws.
    public func read(_ request: Request, _ write: ([UInt8]) async throws -> Void) async throws {
        let directory = try directory(request)
        var format = LogFormat(request)
        let cursor = LogCursor(directory.log)
        let older = FileManager.default.contents(atPath: directory.log + ".1").map { Array($0) } ?? []
        let changes = request.follow && !request.previous ? FileChanges(directory.path) : nil
        var hasEnded = Self.hasEnded(directory)
        let text = format.first(older + cursor.read())
        if !text.isEmpty { try await write(text) }
        guard let changes else { return }
        var signs = changes.stream.makeAsyncIterator()
        while !format.isFull {
            let more = format.next(cursor.read())
            if !more.isEmpty {
                try await write(more)
                continue
            }
            // What was written before the end is read after the end was seen.
            if hasEnded { break }
            if Self.hasEnded(directory) {
                hasEnded = true
                continue
            }
            guard await signs.next() != nil else { break }
        }
    }

    private func directory(_ request: Request) throws -> ShimDirectory {
        let runs = paths.runs(request.uid, request.container)
        let number = request.previous ? runs.dropLast().last : runs.last
        if let number { return paths.run(request.uid, request.container, number) }
        let message =
            request.previous
            ? "previous terminated container \"\(request.container)\" in pod \"\(request.pod)\" not found"
            : "container \"\(request.container)\" in pod \"\(request.pod)\" is waiting to start: ContainerCreating"
        throw Status(code: 400, reason: "BadRequest", message: message)
    }

    /// Whether nothing more will be written: the exit is known, or the shim is gone.
    private static func hasEnded(_ directory: ShimDirectory) -> Bool {
        if access(directory.exit, F_OK) == 0 { return true }
        let alive = open(directory.alive, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard alive >= 0 else { return true }
        defer { close(alive) }
        var byte: UInt8 = 0
        return Glibc.read(alive, &byte, 1) == 0
    }
}
