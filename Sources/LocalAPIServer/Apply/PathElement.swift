import KubernetesCore

/// The elements of paths as `fieldsV1` spells them: `f:name`, `k:{"key":"value"}`, `v:"member"`, `i:0`.
enum PathElement {
    static func field(_ name: String) -> String { "f:" + name }

    static func value(_ value: JSONValue) -> String { "v:" + JSONWriter.string(value) }

    static func key(_ members: [String: JSONValue]) -> String { "k:" + JSONWriter.string(.object(members)) }

    /// The name behind `f:`, nil for other elements.
    static func fieldName(_ element: String) -> String? {
        element.hasPrefix("f:") ? String(element.dropFirst(2)) : nil
    }

    /// An element as conflicts and errors print it: `.name`, `[key="value"]`, `[="member"]`, `[0]`.
    static func text(_ element: String) -> String {
        let rest = String(element.dropFirst(2))
        if element.hasPrefix("f:") { return "." + rest }
        if element.hasPrefix("i:") { return "[\(rest)]" }
        guard let value = try? JSONParser.parse(rest) else { return "[\(rest)]" }
        guard element.hasPrefix("k:"), case .object(let members) = value else { return "[=\(text(of: value))]" }
        let pairs = members.sorted { $0.key < $1.key }.map { "\($0.key)=\(text(of: $0.value))" }
        return "[\(pairs.joined(separator: ","))]"
    }

    /// A path as conflicts print it: `.spec.tasks[name="a"].image`.
    static func text(_ path: [String]) -> String { path.map(text).joined() }

    /// The same element as this server writes it; nil for kinds of elements that it does not know.
    static func canonical(_ element: String) -> String? {
        guard element.count > 1 else { return nil }
        let rest = String(element.dropFirst(2))
        switch element.prefix(2) {
        case "f:": return element
        case "i:": return Int(rest).map { "i:\($0)" }
        case "v:": return (try? JSONParser.parse(rest)).map(value)
        case "k:": return (try? JSONParser.parse(rest))?.objectValue.map(key)
        default: return nil
        }
    }

    private static func text(of value: JSONValue) -> String { JSONWriter.string(value) }
}
