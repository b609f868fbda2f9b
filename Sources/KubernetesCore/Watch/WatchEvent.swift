/// One line of a watch.
public enum WatchEvent<Object: Sendable>: Sendable {
    /// The object is new to the watcher.
    case added(Object)
    /// The object changed.
    case modified(Object)
    /// The object is gone; this is its last state.
    case deleted(Object)
    /// Everything up to that version has been sent.
    case bookmark(ResourceVersion, isInitialEventsEnd: Bool)
    /// The server gives up the watch.
    case error(Status)
}

extension WatchEvent: Decodable where Object: Decodable {
    private enum CodingKeys: String, CodingKey { case type, object }

    /// Reads `{"type": …, "object": …}`.
    ///
    /// - Throws: `DecodingError`, also for an event type that does not exist.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(String.self, forKey: .type)
        switch type {
        case "ADDED": self = .added(try container.decode(Object.self, forKey: .object))
        case "MODIFIED": self = .modified(try container.decode(Object.self, forKey: .object))
        case "DELETED": self = .deleted(try container.decode(Object.self, forKey: .object))
        case "ERROR": self = .error(try container.decode(Status.self, forKey: .object))
        case "BOOKMARK": self = try container.decode(Bookmark.self, forKey: .object).event()
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container, debugDescription: "unknown watch event type \"\(type)\"")
        }
    }
}

extension WatchEvent: JSONReadable where Object: JSONReadable {
    /// Reads `{"type": …, "object": …}` in that order, which is the one of a server.
    public init(reading reader: inout JSONReader) throws {
        let start = reader.mark
        var type: String?
        var event: WatchEvent?
        try reader.members { name, reader in
            switch name {
            case "type" where type == nil: type = try reader.read()
            case "object": event = try Self.read(type, &reader)
            default: try reader.skip()
            }
        }
        guard let event else { throw reader.refusal("no event of a watch", at: start) }
        self = event
    }

    private static func read(_ type: String?, _ reader: inout JSONReader) throws -> WatchEvent {
        switch type {
        case "ADDED": return .added(try reader.read())
        case "MODIFIED": return .modified(try reader.read())
        case "DELETED": return .deleted(try reader.read())
        case "ERROR": return .error(try reader.read())
        case "BOOKMARK": return try reader.read(Bookmark.self).event()
        default: throw reader.refusal("no event of a watch", at: reader.mark)
        }
    }
}

/// A bookmark carries nothing but its version and annotations.
private struct Bookmark: JSONReadable {
    struct Metadata: Decodable {
        var resourceVersion: ResourceVersion
        var annotations: [String: String]?
    }
    var metadata: Metadata

    func event<Object>() -> WatchEvent<Object> {
        let isEnd = metadata.annotations?["k8s.io/initial-events-end"] == "true"
        return .bookmark(metadata.resourceVersion, isInitialEventsEnd: isEnd)
    }
}
