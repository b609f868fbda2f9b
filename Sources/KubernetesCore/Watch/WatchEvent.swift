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

    /// A bookmark carries nothing but its version and annotations.
    private struct Bookmark: Decodable {
        struct Metadata: Decodable {
            var resourceVersion: ResourceVersion
            var annotations: [String: String]?
        }
        var metadata: Metadata
    }

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
        case "BOOKMARK":
            let metadata = try container.decode(Bookmark.self, forKey: .object).metadata
            let isEnd = metadata.annotations?["k8s.io/initial-events-end"] == "true"
            self = .bookmark(metadata.resourceVersion, isInitialEventsEnd: isEnd)
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container, debugDescription: "unknown watch event type \"\(type)\"")
        }
    }
}
