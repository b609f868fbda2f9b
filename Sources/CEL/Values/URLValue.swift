/// An absolute URL or path, taken apart.
public struct URLValue: Sendable, Hashable {
    let scheme: String
    /// With the port.
    let host: String
    let path: String
    let query: [String: [String]]
    private let text: String

    /// The URL in a text, which must have a scheme and a host, or be a path from the root.
    public init?(_ text: String) {
        guard !text.isEmpty, text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            return nil
        }
        self.text = text
        var rest = text[...]
        if let hash = rest.firstIndex(of: "#") { rest = rest[..<hash] }
        guard let scheme = Self.takeScheme(&rest) else { return nil }
        self.scheme = scheme
        var query: Substring = ""
        if let mark = rest.firstIndex(of: "?") {
            query = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        // Only what begins with a slash can be asked for: no relative paths, no mail addresses.
        guard rest.hasPrefix("/") else { return nil }
        var host: Substring = ""
        if rest.hasPrefix("//"), !scheme.isEmpty {
            rest = rest.dropFirst(2)
            host = rest.prefix { $0 != "/" }
            rest = rest.dropFirst(host.count)
            if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
            guard Self.isHost(host) else { return nil }
        }
        guard let path = Self.escapedPath(rest) else { return nil }
        self.host = String(host)
        self.path = path
        self.query = Self.parsed(query)
    }

    public static func == (left: URLValue, right: URLValue) -> Bool { left.text.hasSameScalars(as: right.text) }

    public func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// The scheme before a colon, taken off; empty where there is none, nil where it is wrong.
    private static func takeScheme(_ rest: inout Substring) -> String? {
        for index in rest.indices {
            switch rest[index] {
            case "a"..."z", "A"..."Z": continue
            case "0"..."9", "+", "-", ".":
                if index == rest.startIndex { return "" }
            case ":":
                guard index != rest.startIndex else { return nil }
                let scheme = rest[..<index].lowercased()
                rest = rest[rest.index(after: index)...]
                return scheme
            default: return ""
            }
        }
        return ""
    }

    private static func isHost(_ host: Substring) -> Bool {
        var name = host
        if host.hasPrefix("[") {
            guard let end = host.lastIndex(of: "]") else { return false }
            let port = host[host.index(after: end)...]
            return IPAddress(String(host[..<end].dropFirst())) != nil && (port.isEmpty || isPort(port))
        }
        if let colon = host.lastIndex(of: ":") {
            guard isPort(host[colon...]) else { return false }
            name = host[..<colon]
        }
        return name.unicodeScalars.allSatisfy { scalar in
            scalar.value >= 0x80 || scalar.properties.isAlphabetic || Lexer.isDigit(scalar)
                || "-._~!$&'()*+,;=%\"".unicodeScalars.contains(scalar)
        }
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.first == ":" && text.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// The path with what may not stand in one escaped; nil where an escape in it is wrong.
    private static func escapedPath(_ path: Substring) -> String? {
        var escaped = ""
        let bytes = Array(path.utf8)
        for (index, byte) in bytes.enumerated() {
            let scalar = Unicode.Scalar(byte)
            if scalar == "%" {
                guard index + 2 < bytes.count, isHex(bytes[index + 1]), isHex(bytes[index + 2]) else { return nil }
                escaped.append("%")
            } else if byte < 0x80,
                scalar.properties.isAlphabetic || Lexer.isDigit(scalar)
                    || "-._~!$&'()*+,;=:@/[]".unicodeScalars.contains(scalar)
            {
                escaped.unicodeScalars.append(scalar)
            } else {
                escaped += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return escaped
    }

    private static func isHex(_ byte: UInt8) -> Bool { Unicode.Scalar(byte).properties.isASCIIHexDigit }

    private static func parsed(_ query: Substring) -> [String: [String]] {
        var values: [String: [String]] = [:]
        for pair in query.split(separator: "&") where !pair.contains(";") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = unescaped(parts[0]), let value = unescaped(parts.count > 1 ? parts[1] : "") else {
                continue
            }
            values[key, default: []].append(value)
        }
        return values
    }

    private static func unescaped(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%") {
                let digits = rest.prefix(2)
                guard digits.count == 2, digits.allSatisfy(isHex),
                    let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
                else { return nil }
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The host without its port and brackets.
    var hostname: String {
        if host.hasPrefix("["), let end = host.lastIndex(of: "]") { return String(host[..<end].dropFirst()) }
        return host.lastIndex(of: ":").map { String(host[..<$0]) } ?? host
    }

    var port: String {
        let rest = host.hasPrefix("[") ? host.lastIndex(of: "]").map { host[$0...].dropFirst() } ?? "" : host[...]
        return rest.lastIndex(of: ":").map { String(rest[rest.index(after: $0)...]) } ?? ""
    }
}
