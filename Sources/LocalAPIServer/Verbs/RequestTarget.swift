import KubernetesCore

/// What a path under `/api` or `/apis` names.
struct RequestTarget: Sendable, Hashable {
    var group: String
    var version: String
    var namespace: String?
    var plural: String
    var name: String?
    var subresource: String?
    /// Whether the path begins with the old `watch/`.
    var isWatchPath = false

    /// Reads a path; nil where it names no collection and no object.
    init?(segments: [String]) {
        var rest = segments[...]
        guard let root = rest.popFirst() else { return nil }
        if root == "api" {
            group = ""
        } else {
            guard root == "apis", let named = rest.popFirst() else { return nil }
            group = named
        }
        guard let version = rest.popFirst() else { return nil }
        self.version = version
        if rest.first == "watch", rest.count > 1 {
            isWatchPath = true
            rest.removeFirst()
        }
        guard let first = rest.popFirst() else { return nil }
        if first == "namespaces", rest.count >= 2, let second = rest.dropFirst().first,
            !(rest.count == 2 && ["status", "finalize"].contains(second))
        {
            namespace = rest.removeFirst()
            plural = rest.removeFirst()
        } else {
            plural = first
        }
        name = rest.popFirst()
        subresource = rest.isEmpty ? nil : rest.joined(separator: "/")
    }

    /// Whether a path has more than a group and a version behind `/api` or `/apis`.
    static func isResource(_ segments: [String]) -> Bool {
        switch segments.first {
        case "api": segments.count > 2
        case "apis": segments.count > 3
        default: false
        }
    }

    /// The collection's plural, with its subresource: `pods/log`.
    var resource: String { subresource.map { "\(plural)/\($0)" } ?? plural }

    /// The decoded segments of a path; nil where an escape is malformed.
    static func segments(_ path: String) -> [String]? {
        var segments: [String] = []
        for part in path.split(separator: "/") {
            guard let decoded = PercentEncoding.decode(part) else { return nil }
            segments.append(decoded)
        }
        return segments
    }

    /// The object's address; nil where the path names a collection.
    var key: ObjectKey? { name.map { ObjectKey(namespace: namespace, name: $0) } }
}
