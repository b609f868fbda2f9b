/// Why a text is no JSON document.
public struct JSONParseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong.
    public var message: String
    /// Where, as a count of bytes from the beginning.
    public var offset: Int

    public var description: String { "\(message) at byte \(offset)" }
}

/// A strict RFC 8259 parser from UTF-8 bytes to `JSONValue`.
///
/// It is our own since Foundation's decoder neither keeps integers apart from doubles in a value of any type nor
/// reports duplicate members, which Kubernetes' field validation must name; see docs/adr/0002-json-values.md.
public struct JSONParser: ~Copyable {
    /// Paths of members that stood twice in their object, such as `spec.replicas`; the last one won.
    public private(set) var duplicates: [String] = []

    private var reader: JSONReader
    private let isWithoutManagedFields: Bool
    private var depth = 0
    private var path: [Step] = []
    private static let maxDepth = 10_000 / 20

    /// A step to the value that is being read; rendered only where a duplicate must be named.
    private enum Step {
        case member(String)
        case element(Int)
    }

    /// Parses what stands where a reader stands.
    init(_ reader: consuming JSONReader, isWithoutManagedFields: Bool) {
        self.reader = reader
        self.isWithoutManagedFields = isWithoutManagedFields
    }

    /// How far it has come.
    var position: Int { reader.position }

    /// Parses one document; anything but white space behind it is an error.
    ///
    /// - Parameter bytes: UTF-8.
    /// - Throws: `JSONParseError`.
    public static func parse(_ bytes: some Sequence<UInt8>) throws(JSONParseError) -> JSONValue {
        try parseReportingDuplicates(bytes).value
    }

    /// Parses one document from a string; see ``parse(_:)-(Sequence<UInt8>)``.
    public static func parse(_ text: String) throws(JSONParseError) -> JSONValue {
        try parse(Array(text.utf8))
    }

    /// Parses one document and tells which members stood twice.
    ///
    /// - Parameter bytes: UTF-8.
    /// - Returns: The value, and the paths of duplicate members in order of appearance.
    /// - Throws: `JSONParseError`.
    public static func parseReportingDuplicates(
        _ bytes: some Sequence<UInt8>
    ) throws(JSONParseError) -> (value: JSONValue, duplicates: [String]) {
        let run: (UnsafeBufferPointer<UInt8>) -> Result<(JSONValue, [String]), JSONParseError> = { buffer in
            var parser = JSONParser(JSONReader(buffer), isWithoutManagedFields: false)
            do throws(JSONParseError) {
                let value = try parser.value()
                try parser.reader.end()
                return .success((value, parser.duplicates))
            } catch {
                return .failure(error)
            }
        }
        let result = bytes.withContiguousStorageIfAvailable(run) ?? Array(bytes).withUnsafeBufferPointer(run)
        let (value, duplicates) = try result.get()
        return (value, duplicates)
    }

    mutating func value() throws(JSONParseError) -> JSONValue {
        guard let next = reader.ahead() else { throw reader.unexpected("") }
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try reader.string())
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool(try reader.bool())
        case UInt8(ascii: "n"):
            try reader.literal("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try reader.number()
        default: throw reader.unexpected("looking for beginning of value")
        }
    }

    private mutating func descend() throws(JSONParseError) {
        depth += 1
        if depth > Self.maxDepth { throw JSONParseError(message: "exceeded max depth", offset: position) }
    }

    private mutating func object() throws(JSONParseError) -> JSONValue {
        try descend()
        _ = reader.skipped(UInt8(ascii: "{"))
        var members: [String: JSONValue] = [:]
        if reader.skipped(UInt8(ascii: "}")) {
            depth -= 1
            return .object(members)
        }
        while true {
            let name = try reader.memberName()
            if isWithoutManagedFields, name == "managedFields", case .member("metadata") = path.last {
                try reader.skip()
            } else {
                path.append(.member(name))
                let member = try value()
                if members.updateValue(member, forKey: name) != nil {
                    let duplicate = renderedPath
                    if !duplicates.contains(duplicate) { duplicates.append(duplicate) }
                }
                path.removeLast()
            }
            if reader.skipped(UInt8(ascii: "}")) {
                depth -= 1
                return .object(members)
            }
            guard reader.skipped(UInt8(ascii: ",")) else { throw reader.unexpected("after object key:value pair") }
        }
    }

    private mutating func array() throws(JSONParseError) -> JSONValue {
        try descend()
        _ = reader.skipped(UInt8(ascii: "["))
        var elements: [JSONValue] = []
        if reader.skipped(UInt8(ascii: "]")) {
            depth -= 1
            return .array(elements)
        }
        while true {
            path.append(.element(elements.count))
            elements.append(try value())
            path.removeLast()
            if reader.skipped(UInt8(ascii: "]")) {
                depth -= 1
                return .array(elements)
            }
            guard reader.skipped(UInt8(ascii: ",")) else { throw reader.unexpected("after array element") }
        }
    }

    private var renderedPath: String {
        path.reduce(into: "") { text, step in
            switch step {
            case .element(let index): text += "[\(index)]"
            case .member(let name): text += text.isEmpty ? name : ".\(name)"
            }
        }
    }
}
