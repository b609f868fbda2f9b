import KubernetesCore

/// Services by the names by which requests ask for them.
///
/// A look-up makes no strings.
struct HostIndex<Target: Sendable>: Sendable {
    /// What a request asks for.
    struct Match: Sendable {
        var target: Target
        /// How many bytes of the path named the service.
        var prefix: Int
    }

    private let domain: String
    private var hosts: [Substring: Target] = [:]
    private var paths: [Substring: Target] = [:]
    /// Host names that are no service's own; where several want one, the first in order has it.
    private var claims: [Substring: [ObjectKey: Target]] = [:]

    /// - Parameter domain: The cluster's.
    init(domain: String) { self.domain = domain.lowercased() }

    /// Adds a service, or replaces it.
    mutating func set(_ target: Target, key: ObjectKey, hostnames: [String]) {
        for name in names(of: key) { hosts[name] = target }
        paths[path(of: key)] = target
        for name in hostnames { claim(Substring(name), key: key, target: target) }
    }

    /// Takes a service out.
    mutating func remove(_ key: ObjectKey, hostnames: [String]) {
        for name in names(of: key) { hosts[name] = nil }
        paths[path(of: key)] = nil
        for name in hostnames { claim(Substring(name), key: key, target: nil) }
    }

    /// The service that a request asks for, by its host, else by the first two parts of its path.
    func find(host: String, path: String) -> Match? {
        if let target = find(host: host) { return Match(target: target, prefix: 0) }
        guard let name = Self.service(inPath: path), let target = paths[name] else { return nil }
        return Match(target: target, prefix: name.utf8.count + 1)
    }

    /// `namespace/name` of a path that begins with both.
    static func service(inPath path: String) -> Substring? {
        let bytes = path.utf8
        guard bytes.first == UInt8(ascii: "/") else { return nil }
        let start = bytes.index(after: bytes.startIndex)
        guard let middle = bytes[start...].firstIndex(of: UInt8(ascii: "/")) else { return nil }
        let end =
            bytes[bytes.index(after: middle)...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
            ?? bytes.endIndex
        guard middle > start, end > bytes.index(after: middle) else { return nil }
        return path[start..<end]
    }

    /// A host without its port and the root's dot.
    static func name(inHost host: String) -> Substring {
        var name = host[...]
        if let colon = name.utf8.lastIndex(of: UInt8(ascii: ":")), !name.utf8.contains(UInt8(ascii: "]")) {
            name = name[..<colon]
        }
        if name.utf8.last == UInt8(ascii: ".") { name = name.dropLast() }
        return name
    }

    private func find(host: String) -> Target? {
        let name = Self.name(inHost: host)
        if let target = target(of: name) { return target }
        guard name.utf8.contains(where: { (0x41...0x5A).contains($0) }) else { return nil }
        return target(of: name.lowercased()[...])
    }

    private func target(of name: Substring) -> Target? {
        // A service's own names come first: nobody takes them away.
        hosts[name] ?? claims[name]?.min { $0.key < $1.key }?.value
    }

    private func names(of key: ObjectKey) -> [Substring] {
        let short = "\(key.name).\(key.namespace ?? "")"
        return [short[...], "\(short).svc", "\(short).svc.\(domain)"]
    }

    private func path(of key: ObjectKey) -> Substring { "\(key.namespace ?? "")/\(key.name)" }

    private mutating func claim(_ name: Substring, key: ObjectKey, target: Target?) {
        // Nobody takes a name from inside of the cluster: it leads to the service that it names.
        guard !name.isEmpty, !name.hasSuffix(".svc"), !name.hasSuffix(".svc.\(domain)") else { return }
        claims[name, default: [:]][key] = target
        if claims[name]?.isEmpty ?? false { claims[name] = nil }
    }
}
