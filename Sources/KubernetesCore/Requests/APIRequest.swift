/// A request to an API server as a value: what path, query, headers and body follow from a verb is testable without
/// a server.
public struct APIRequest: Sendable, Hashable {
    /// An HTTP method.
    public enum Method: String, Sendable, Hashable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// A query parameter; the same name may stand more than once.
    public struct QueryItem: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The value, not percent-encoded.
        public var value: String

        /// Names a value.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The method.
    public var method: Method
    /// The path, each segment percent-encoded where it needs to be.
    public var path: String
    /// The query, in order.
    public var query: [QueryItem]
    /// Header fields beside those that every request has; names in any case.
    public var headers: [String: String]
    /// The body, nil for none.
    public var body: [UInt8]?

    /// Describes a request.
    public init(
        method: Method = .get, path: String, query: [QueryItem] = [], headers: [String: String] = [:],
        body: [UInt8]? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// Path and percent-encoded query, as a request line has them.
    public var target: String {
        guard !query.isEmpty else { return path }
        let items = query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        return "\(path)?\(items.joined(separator: "&"))"
    }

    /// The first value of a query parameter.
    public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }
}

/// An answer, its body whole.
public struct APIResponse: Sendable, Hashable {
    /// The HTTP status.
    public var status: Int
    /// Header fields; names in lower case.
    public var headers: [String: String]
    /// The body.
    public var body: [UInt8]

    /// Describes an answer.
    public init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// RFC 3986 percent-encoding of everything but unreserved characters.
public enum PercentEncoding {
    /// Encodes one query name, query value or path segment.
    public static func encode(_ text: String) -> String {
        var output: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                output.append(byte)
            default:
                output.append(UInt8(ascii: "%"))
                output.append(digits[Int(byte >> 4)])
                output.append(digits[Int(byte & 15)])
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Decodes `%XX`; nil where an escape is malformed.
    ///
    /// - Parameters:
    ///   - text: What to decode.
    ///   - plusIsSpace: Whether `+` stands for a space, as it does in queries.
    public static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var output: [UInt8] = []
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = bytes.next(), let low = bytes.next(),
                    let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
                else { return nil }
                output.append(value)
            } else {
                output.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(validating: output, as: UTF8.self)
    }
}
