import KubernetesCore

/// One watch: reads the history of its collection from a cursor on, whenever there is something behind it.
///
/// Guarantees: every selected change after the beginning once and in order; a watcher that is slower than the history
/// is long ends with an ERROR event that says 410.
struct WatchStream: Sendable {
    private static let bookmarkInterval = Duration.seconds(60)
    private static let batch = 256

    let server: LocalAPIServer
    let request: APIRequest
    let resource: ServedResource
    let namespace: String?
    let selection: Selection
    let options: ListOptions
    let form: Representation
    let version: Int64

    /// What changes while the watch runs.
    private struct Progress {
        var cursor: Int64 = 0
        var hasColumns = false
        var output: [UInt8] = []
        var nextBookmark: ContinuousClock.Instant
        var end: ContinuousClock.Instant
    }

    /// Writes the events until the time is over, the client goes, or the kind is no longer served.
    func run(_ write: ServerResponse.Writer) async throws {
        let clock = ContinuousClock()
        let seconds = options.timeoutSeconds.map { max(0, min($0, 86_400)) } ?? Int64.random(in: 1800...3600)
        let end = clock.now + .seconds(seconds)
        let first = min(clock.now + Self.bookmarkInterval, end - .seconds(2))
        let firstBookmark = first > clock.now ? first : end
        var progress = Progress(nextBookmark: firstBookmark, end: end)
        let watcher = server.engine.makeWatcher()
        defer { server.engine.retire(watcher) }
        guard try await begin(&progress, write) else { return }
        let start = progress
        try await withThrowingTaskGroup { group in
            group.addTask { [engine = server.engine, collection = resource.collection] in
                // Wakes the watcher for its bookmarks and its end.
                var next = firstBookmark
                while !Task.isCancelled {
                    try? await clock.sleep(until: next)
                    engine.poke(watcher, collection: collection)
                    next = Self.bookmark(after: next, end: end)
                }
            }
            defer { group.cancelAll() }
            try await follow(watcher, start, write)
        }
    }

    /// The moment of the bookmark after one: each minute, and two seconds before the end.
    private static func bookmark(
        after moment: ContinuousClock.Instant, end: ContinuousClock.Instant
    ) -> ContinuousClock.Instant {
        let last = end - .seconds(2)
        let next = min(moment + bookmarkInterval, last)
        return next > moment ? next : max(end, moment + .milliseconds(100))
    }

    /// Writes what there is at the beginning.
    ///
    /// - Returns: Whether the watch goes on.
    private func begin(_ progress: inout Progress, _ write: ServerResponse.Writer) async throws -> Bool {
        let engine = server.engine
        if options.sendInitialEvents == true {
            let (page, revision) = engine.read { store in
                (
                    store.page(
                        of: resource.collection, namespace: namespace, at: nil, after: nil, limit: nil,
                        matches: selection.matches), store.revision
                )
            }
            try await engine.stored(through: revision)
            progress.cursor = revision
            for image in page?.images ?? [] {
                append("ADDED", image, to: &progress)
                if progress.output.count > 1 << 16 { try await flush(&progress, write) }
            }
            if options.allowsBookmarks { appendBookmark(isInitialEnd: true, to: &progress) }
        } else if version == 0 {
            progress.cursor = engine.read { $0.revision }
        } else {
            progress.cursor = version
        }
        // The header goes out even where there is no event yet.
        try await write(progress.output)
        progress.output = []
        return true
    }

    private func follow(
        _ watcher: UInt64, _ start: Progress, _ write: ServerResponse.Writer
    ) async throws {
        var progress = start
        let engine = server.engine
        let clock = ContinuousClock()
        while true {
            try Task.checkCancellation()
            // Asked before the changes are read, so that the deletions that came first are still told.
            let isServed = isServed
            let (changes, floor, last) = engine.read { store in
                let history = store.collection(resource.collection).history
                return (history.changes(after: progress.cursor, limit: Self.batch), history.floor, store.published)
            }
            guard let changes else {
                appendExpired(floor: floor, to: &progress)
                try await flush(&progress, write)
                return
            }
            for change in changes { append(change, to: &progress) }
            progress.cursor = max(progress.cursor, changes.last?.revision ?? 0)
            let isCaughtUp = changes.count < Self.batch
            if isCaughtUp, version <= last { progress.cursor = max(progress.cursor, last) }
            let now = clock.now
            if now >= progress.nextBookmark, now < progress.end {
                if options.allowsBookmarks { appendBookmark(isInitialEnd: false, to: &progress) }
                progress.nextBookmark = Self.bookmark(after: progress.nextBookmark, end: progress.end)
            }
            try await flush(&progress, write)
            if now >= progress.end || !isServed && isCaughtUp { return }
            if isCaughtUp {
                await engine.waitForChange(
                    watcher: watcher, collection: resource.collection, namespace: namespace, after: progress.cursor)
            }
        }
    }

    private var isServed: Bool {
        guard resource.isCustom else { return true }
        let gvk = resource.type.gvk
        return server.resource(gvk.group, gvk.version, resource.type.plural) != nil
    }

    private func flush(_ progress: inout Progress, _ write: ServerResponse.Writer) async throws {
        guard !progress.output.isEmpty else { return }
        let output = progress.output
        progress.output = []
        try await write(output)
    }

    private func append(_ change: ObjectChange, to progress: inout Progress) {
        if let namespace, change.key.namespace != namespace { return }
        let wasSelected = change.previous.map { selection.matches($0.attributes) } ?? false
        if change.isDeletion {
            if wasSelected { append("DELETED", change.current, to: &progress) }
        } else if selection.matches(change.current.attributes) {
            append(wasSelected ? "MODIFIED" : "ADDED", change.current, to: &progress)
        } else if wasSelected, let previous = change.previous {
            append("DELETED", previous.stamped(revision: change.revision), to: &progress)
        }
    }

    private func append(_ type: String, _ image: ObjectImage, to progress: inout Progress) {
        switch form {
        case .table, .partialObject, .partialList:
            appendEvent(type, shown(AnsweredObject.image(image).value(for: resource), &progress), to: &progress)
        case .json, .yaml:
            progress.output += "{\"type\":\"\(type)\",\"object\":".utf8
            if resource.isNewEvent {
                progress.output += image.document(for: resource)
            } else {
                progress.output += resource.head
                progress.output += image.tail
            }
            progress.output += "}\n".utf8
        }
    }

    /// An object in the form that the client wants.
    private func shown(_ value: JSONValue, _ progress: inout Progress) -> JSONValue {
        guard form == .table else { return LocalAPIServer.partial(value) }
        let metadata: JSONValue = ["resourceVersion": value["metadata"]?["resourceVersion"] ?? ""]
        var table = (try? server.table(of: [value], metadata: metadata, request, resource)) ?? .object([:])
        // Columns are told once.
        if progress.hasColumns { table["columnDefinitions"] = .null }
        progress.hasColumns = true
        return table
    }

    private func appendEvent(_ type: String, _ object: JSONValue, to progress: inout Progress) {
        progress.output += JSONWriter.bytes(["type": .string(type), "object": object])
        progress.output.append(UInt8(ascii: "\n"))
    }

    private func appendBookmark(isInitialEnd: Bool, to progress: inout Progress) {
        var metadata: JSONValue = ["resourceVersion": .string(String(progress.cursor))]
        if isInitialEnd { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        var object: JSONValue = [
            "kind": .string(resource.type.gvk.kind), "apiVersion": .string(resource.type.gvk.apiVersion),
            "metadata": metadata,
        ]
        if form != .json, form != .yaml { object = shown(object, &progress) }
        appendEvent("BOOKMARK", object, to: &progress)
    }

    private func appendExpired(floor: Int64, to progress: inout Progress) {
        let status = Status(
            code: 410, reason: "Expired", message: "too old resource version: \(progress.cursor) (\(floor))")
        appendEvent("ERROR", status.document, to: &progress)
    }
}
