import Foundation
import KubernetesCore

/// The string formats that Kubernetes' OpenAPI validation knows.
enum SchemaFormats {
    /// The formats that are checked; all others are accepted as they are.
    static let known: Set<String> = [
        "byte", "bsonobjectid", "cidr", "creditcard", "date", "date-time", "datetime", "duration", "email", "hexcolor",
        "hostname", "ipv4", "ipv6", "isbn", "isbn10", "isbn13", "mac", "password", "rgbcolor", "ssn", "uri", "uuid",
        "uuid3", "uuid4", "uuid5", "k8s-short-name", "k8s-long-name",
    ]

    /// The numeric formats, which are no string formats but no unknown ones either.
    static let numeric: Set<String> = ["int32", "int64", "float", "double"]

    /// Whether a text has that format.
    static func accepts(_ text: String, format: String) -> Bool {
        switch format {
        case "date-time", "datetime": RFC3339Form.matches(text)
        case "date": text.utf8.count == 10 && RFC3339Form.matches(text + "T00:00:00Z")
        case "duration": GoDuration.nanoseconds(text) != nil
        case "byte": Data(base64Encoded: text) != nil
        case "uri": isURI(text)
        case "email": matches(email, text)
        case "hostname": matches(hostname, text)
        case "ipv4": isIPv4(text)
        case "ipv6": text.contains(":") && isIPv6(text)
        case "cidr": isCIDR(text)
        case "mac": matches(mac, text)
        case "uuid", "uuid3", "uuid4", "uuid5": matches(uuid, text)
        case "hexcolor": matches(hexColor, text)
        case "k8s-short-name": NameRules.isLabel(text)
        case "k8s-long-name": NameRules.isSubdomain(text)
        default: true
        }
    }

    private static let email = SchemaPattern("^[^@\\s]+@[^@\\s]+$")
    private static let hostname = SchemaPattern(
        "^([a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)(\\.[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)*$")
    private static let mac = SchemaPattern("^([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$")
    private static let uuid = SchemaPattern("^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$")
    private static let hexColor = SchemaPattern("^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")

    private static func matches(_ pattern: SchemaPattern, _ text: String) -> Bool { pattern.matches(text) }

    /// What Go's `url.ParseRequestURI` takes: an absolute URI, or an absolute path.
    private static func isURI(_ text: String) -> Bool {
        guard !text.isEmpty, !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return false }
        if text.hasPrefix("/") { return true }
        guard let colon = text.firstIndex(of: ":") else { return false }
        let scheme = text[..<colon].utf8
        guard let first = scheme.first, Self.isLetter(first),
            scheme.allSatisfy({ isLetter($0) || (0x30...0x39).contains($0) || "+-.".utf8.contains($0) })
        else { return false }
        return !text[colon...].contains(" ")
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.utf8.count <= 3 && UInt8(part) != nil && (part == "0" || !part.hasPrefix("0"))
                    && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            }
    }

    static func isIPv6(_ text: String) -> Bool {
        let halves = text.components(separatedBy: "::")
        guard halves.count <= 2 else { return false }
        var groups = 0
        for half in halves where !half.isEmpty {
            let parts = half.split(separator: ":", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                if part.contains("."), index == parts.count - 1, isIPv4(String(part)) {
                    groups += 2
                } else if !part.isEmpty, part.utf8.count <= 4, UInt16(part, radix: 16) != nil {
                    groups += 1
                } else {
                    return false
                }
            }
        }
        return halves.count == 2 ? groups < 8 : groups == 8
    }

    private static func isCIDR(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let bits = Int(parts[1]), bits >= 0 else { return false }
        let address = String(parts[0])
        return (isIPv4(address) && bits <= 32) || (isIPv6(address) && bits <= 128)
    }
}

/// RFC 3339's form of a moment, whatever its calendar day.
private enum RFC3339Form {
    static func matches(_ text: String) -> Bool { MicroTime(text) != nil }
}

/// Go's durations, such as `1h30m` or `1.5s`; and the days and weeks that OpenAPI's `duration` adds.
enum GoDuration {
    /// The length in nanoseconds; nil where the text is no duration.
    static func nanoseconds(_ text: String) -> Double? {
        var rest = Substring(text)
        var sign = 1.0
        if let first = rest.first, first == "-" || first == "+" {
            sign = first == "-" ? -1 : 1
            rest = rest.dropFirst()
        }
        if rest == "0" { return 0 }
        guard !rest.isEmpty else { return nil }
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let value = Double(digits.hasSuffix(".") ? "\(digits)0" : String(digits)) else { return nil }
            rest = rest.dropFirst(digits.count).drop { $0 == " " }
            let unit = rest.prefix { $0.isLetter || $0 == "µ" }
            guard let scale = units[String(unit)] else { return nil }
            total += value * scale
            rest = rest.dropFirst(unit.count)
        }
        return sign * total
    }

    private static let units: [String: Double] = [
        "ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9, "d": 86_400e9,
        "w": 604_800e9,
    ]
}
