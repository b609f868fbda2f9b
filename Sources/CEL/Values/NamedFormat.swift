import Foundation

/// A named form that texts can have.
public struct NamedFormat: Sendable, Hashable {
    /// The name: `dns1123Label`, `uuid`, ….
    let name: String
    /// The length of the pattern that checks it, for its cost.
    let patternSize: Int
    private let check: @Sendable (String) -> [String]

    public static func == (left: NamedFormat, right: NamedFormat) -> Bool { left.name == right.name }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// What is wrong with a text.
    func problems(_ text: String) -> [String] { check(text) }

    static let all: [NamedFormat] = [
        label("dns1123Label", .dns1123, isPrefix: false), label("dns1123LabelPrefix", .dns1123, isPrefix: true),
        label("dns1035Label", .dns1035, isPrefix: false), label("dns1035LabelPrefix", .dns1035, isPrefix: true),
        label("dns1123Subdomain", .subdomain, isPrefix: false),
        label("dns1123SubdomainPrefix", .subdomain, isPrefix: true),
        NamedFormat(name: "qualifiedName", patternSize: 60, check: qualifiedName),
        NamedFormat(name: "labelValue", patternSize: 40) { value in
            (value.utf8.count > 63 ? ["must be no more than 63 bytes"] : [])
                + (value.isEmpty ? [] : pattern(.labelValue, value))
        },
        NamedFormat(name: "uri", patternSize: 1103) { URLValue($0) == nil ? ["invalid URI for request"] : [] },
        NamedFormat(name: "uuid", patternSize: 71) { text in
            UUID(uuidString: text) != nil || UUID(uuidString: hyphenated(text)) != nil
                ? [] : ["does not match the UUID format"]
        },
        NamedFormat(name: "byte", patternSize: 84) { text in
            text.utf8.count % 4 == 0 && Data(base64Encoded: text) != nil ? [] : ["invalid base64"]
        },
        NamedFormat(name: "date", patternSize: 105) { text in
            text.utf8.count == 10 && Timestamp(text + "T00:00:00Z") != nil ? [] : ["invalid date"]
        },
        NamedFormat(name: "datetime", patternSize: 105) { Timestamp($0) == nil ? ["invalid datetime"] : [] },
    ]

    private init(name: String, patternSize: Int, check: @escaping @Sendable (String) -> [String]) {
        self.name = name
        self.patternSize = patternSize
        self.check = check
    }

    private static func hyphenated(_ text: String) -> String {
        let digits = Array(text)
        guard digits.count == 32 else { return text }
        let cuts = [0, 8, 12, 16, 20, 32]
        return zip(cuts, cuts.dropFirst()).map { String(digits[$0..<$1]) }.joined(separator: "-")
    }

    /// A rule that a pattern tells.
    private struct Rule: Sendable {
        let pattern: String
        let message: String
        var longest = 63

        static let dns1123 = Rule(
            pattern: "[a-z0-9]([-a-z0-9]*[a-z0-9])?",
            message: "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must "
                + "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
                + "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")
        static let dns1035 = Rule(
            pattern: "[a-z]([-a-z0-9]*[a-z0-9])?",
            message: "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
                + "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex "
                + "used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')")
        static let subdomain = Rule(
            pattern: "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
            message: "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
                + "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
                + "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
            longest: 253)
        static let labelValue = Rule(
            pattern: "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?",
            message: "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
                + "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
                + "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")
        static let qualifiedName = Rule(
            pattern: "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]",
            message: "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
                + "an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation "
                + "is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")
    }

    private static func pattern(_ rule: Rule, _ text: String) -> [String] {
        let matches = (try? LinearPattern("^(\(rule.pattern))$"))?.matches(text) ?? false
        return matches ? [] : [rule.message]
    }

    private static func label(_ name: String, _ rule: Rule, isPrefix: Bool) -> NamedFormat {
        NamedFormat(name: name, patternSize: rule.longest > 63 ? 60 : 30) { text in
            var text = text
            // What a generated suffix follows may end in a dash.
            if isPrefix, text.count > 1, text.hasSuffix("-") { text = text.dropLast() + "a" }
            let tooLong = text.utf8.count > rule.longest
            return (tooLong ? ["must be no more than \(rule.longest) bytes"] : []) + pattern(rule, text)
        }
    }

    private static func qualifiedName(_ text: String) -> [String] {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let name = parts.last else {
            return ["a qualified name must consist of a name part with at most one prefix before a slash"]
        }
        var problems: [String] = []
        if parts.count == 2 {
            problems +=
                parts[0].isEmpty
                ? ["prefix part must be non-empty"] : pattern(.subdomain, parts[0]).map { "prefix part " + $0 }
        }
        if name.isEmpty {
            problems.append("name part must be non-empty")
        } else if name.utf8.count > 63 {
            problems.append("name part must be no more than 63 bytes")
        }
        return problems + pattern(.qualifiedName, name)
    }
}
