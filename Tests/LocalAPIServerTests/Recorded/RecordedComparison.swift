import Foundation
import KubernetesCore

/// Compares answers with recorded ones whose volatile values are placeholders, and remembers what those stand for.
struct RecordedComparison {
    struct Difference: CustomStringConvertible {
        var path: String
        var expected: String
        var actual: String
        /// Whether the recordings' rules let servers differ here.
        var isTolerated: Bool

        var description: String { "\(path): expected \(expected.prefix(300)), got \(actual.prefix(300))" }
    }

    /// What each placeholder stands for.
    private(set) var bindings: [String: String] = [:]
    private(set) var differences: [Difference] = []

    /// What addresses stand for that have no number and are in no live object.
    static let address = "10.0.0.1"

    private static var numbered: Regex<(Substring, Substring)> {
        /<((?:uid|rv|suffix|continue|hash|token):\d+|token of [^>]+)>/
    }
    private static var any: Regex<Substring> {
        // What stands for a value of its own, and what stands for any of its sort.
        /<(?:(?:uid|rv|suffix|continue|hash|token):\d+|token of [^>]+|time|microtime|ip|port|nodeport|age|ca-bundle)>/
    }

    mutating func takeDifferences() -> [Difference] {
        defer { differences = [] }
        return differences
    }

    /// A text of a request with the values that its placeholders have.
    func filled(_ text: String, encoded: Bool = false) -> String {
        text.replacing("<ip>", with: Self.address).replacing(Self.numbered) { match in
            let value = bindings[String(match.output.0)] ?? "unbound"
            return encoded ? PercentEncoding.encode(value) : value
        }
    }

    mutating func compare(_ expected: JSONValue?, _ actual: JSONValue?, at path: String) {
        switch (expected ?? .null, actual ?? .null) {
        case (.object(let recorded), .object(let right)):
            let left = Dictionary(recorded.map { (filled($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
            for name in Set(left.keys).union(right.keys).sorted() {
                if name == "causes" {
                    // Go's validator walks members in no fixed order.
                    compare(Self.byField(left[name]), Self.byField(right[name]), at: "\(path).\(name)")
                } else if name == "resourceRules" || name == "nonResourceRules" {
                    compare(Self.rules(left[name]), Self.rules(right[name]), at: "\(path).\(name)")
                } else if name == "managedFields" {
                    compare(Self.sorted(left[name]), Self.sorted(right[name]), at: "\(path).\(name)")
                } else {
                    compare(left[name], right[name], at: "\(path).\(name)")
                }
            }
        case (.array(let left), .array(let right)):
            let wanted = left.filter { !Self.isAccessVolume($0) }
            if wanted.count != right.count { note(path, expected, actual) }
            for (index, pair) in zip(wanted, right).enumerated() {
                compare(pair.0, pair.1, at: "\(path)[\(index)]")
            }
        case (.array(let left), .null):
            if left.contains(where: { !Self.isAccessVolume($0) }) { note(path, expected, actual) }
        case (.string(let left), .string(let right)):
            if !matches(left, right) { note(path, expected, actual) }
        case (let left, let right):
            if left.doubleValue != nil, left.doubleValue == right.doubleValue { return }
            if left != right { note(path, expected, actual) }
        }
    }

    /// The token volume, which the server's own admission adds to pods.
    static func isAccessVolume(_ value: JSONValue) -> Bool {
        value["name"]?.stringValue?.hasPrefix("kube-api-access-") == true
    }

    /// The entries in an order that does not hang on seconds.
    private static func sorted(_ list: JSONValue?) -> JSONValue? {
        guard let entries = list?.arrayValue else { return list }
        func key(_ entry: JSONValue) -> String {
            ["manager", "operation", "subresource", "apiVersion"].map { entry[$0]?.stringValue ?? "" }
                .joined(separator: "|")
        }
        return .array(entries.sorted { key($0) < key($1) })
    }

    /// The rules of a review in some order, since they have none, without the one that only the recorded server has.
    private static func rules(_ list: JSONValue?) -> JSONValue? {
        guard let rules = list?.arrayValue else { return list }
        let kept = rules.filter { $0["nonResourceURLs"]?.arrayValue?.first != "/.well-known" }
        return .array(kept.sorted { JSONWriter.string($0) < JSONWriter.string($1) })
    }

    private static func byField(_ causes: JSONValue?) -> JSONValue? {
        guard let list = causes?.arrayValue else { return causes }
        func key(_ cause: JSONValue) -> String {
            ["field", "reason"].map { cause[$0]?.stringValue ?? "" }.joined(separator: "|")
        }
        return .array(list.sorted { key($0) < key($1) })
    }

    private mutating func note(_ path: String, _ expected: JSONValue?, _ actual: JSONValue?) {
        let isTolerated =
            path.hasSuffix(".message") || path.contains("columnDefinitions") || path.contains("storageVersionHash")
            || path.contains("deprecated")
        differences.append(
            Difference(
                path: path, expected: expected.map { JSONWriter.string($0) } ?? "nothing",
                actual: actual.map { JSONWriter.string($0) } ?? "nothing", isTolerated: isTolerated))
    }

    mutating func note(_ path: String, expected: String, actual: String, isTolerated: Bool = false) {
        differences.append(
            Difference(path: path, expected: expected, actual: actual, isTolerated: isTolerated))
    }

    private mutating func matches(_ expected: String, _ actual: String) -> Bool {
        guard expected.contains("<") else { return expected == actual }
        var rest = actual[...]
        var text = expected[...]
        while let match = text.firstMatch(of: Self.any) {
            let literal = text[..<match.range.lowerBound]
            guard rest.hasPrefix(literal) else { return false }
            rest = rest.dropFirst(literal.count)
            text = text[match.range.upperBound...]
            let placeholder = String(match.output)
            let following = text.prefix { $0 != "<" }
            var value = rest
            if !following.isEmpty {
                guard let range = rest.range(of: following) else { return false }
                value = rest[..<range.lowerBound]
            }
            if let bound = bindings[placeholder] {
                guard rest.hasPrefix(bound) else { return false }
                value = rest.prefix(bound.count)
            } else if placeholder.contains(":") || placeholder.hasPrefix("<token of") {
                bindings[placeholder] = String(value)
            } else if placeholder == "<time>", Time(String(value)) == nil {
                return false
            } else if placeholder == "<microtime>", MicroTime(String(value)) == nil {
                return false
            }
            rest = rest.dropFirst(value.count)
        }
        return rest == text
    }
}
