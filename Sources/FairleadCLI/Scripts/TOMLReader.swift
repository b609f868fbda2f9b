import KubernetesCore

/// Reads TOML 1.0 into JSON: dates become strings, `inf` and `nan` are refused.
struct TOMLReader {
    /// Why a text is no TOML.
    struct Failure: Error, Sendable, Hashable {
        /// The line, from 1.
        var line: Int
        var message: String
    }

    /// A table as it grows; one that stands in braces is a value and takes nothing more.
    private struct Table {
        var members: [String: Node] = [:]
        var hasHeader = false

        var json: JSONValue { .object(members.mapValues(\.json)) }
    }

    private enum Node {
        case value(JSONValue)
        case table(Table)
        case tables([Table])

        var json: JSONValue {
            switch self {
            case .value(let value): value
            case .table(let table): table.json
            case .tables(let tables): .array(tables.map(\.json))
            }
        }
    }

    /// How deep keys, arrays and tables may stand in each other.
    private static let deepest = 32

    private var scanner: TOMLScanner

    /// The members of a document.
    static func read(_ text: String) throws(Failure) -> [String: JSONValue] {
        var reader = TOMLReader(scanner: TOMLScanner(text))
        return try reader.document()
    }

    private mutating func document() throws(Failure) -> [String: JSONValue] {
        var root = Table()
        var current: [String] = []
        while scanner.skipToContent() {
            if scanner.take("[") {
                let isArray = scanner.take("[")
                current = try keys()
                guard scanner.take("]"), !isArray || scanner.take("]") else {
                    throw failure("the header of a table ends with ]")
                }
                try open(current[...], isArray: isArray, in: &root)
            } else {
                let path = current + (try keys())
                try assignment()
                try set(path[...], try value(depth: 0), in: &root)
            }
            guard scanner.endLine() else { throw failure("one line holds one thing") }
        }
        return root.members.mapValues(\.json)
    }

    // MARK: Tables

    private func open(_ path: ArraySlice<String>, isArray: Bool, in table: inout Table) throws(Failure) {
        guard let name = path.first else { return }
        let rest = path.dropFirst()
        if !rest.isEmpty {
            return try descend(name, in: &table) { inner throws(Failure) in
                try open(rest, isArray: isArray, in: &inner)
            }
        }
        switch table.members[name] {
        case nil: table.members[name] = isArray ? .tables([Table()]) : .table(Table(hasHeader: true))
        case .tables(let tables) where isArray: table.members[name] = .tables(tables + [Table()])
        case .table(var inner) where !isArray && !inner.hasHeader:
            inner.hasHeader = true
            table.members[name] = .table(inner)
        default: throw failure("\"\(name)\" stands twice")
        }
    }

    private func set(_ path: ArraySlice<String>, _ value: JSONValue, in table: inout Table) throws(Failure) {
        guard let name = path.first else { return }
        let rest = path.dropFirst()
        if !rest.isEmpty {
            return try descend(name, in: &table) { inner throws(Failure) in
                try set(rest, value, in: &inner)
            }
        }
        guard table.members[name] == nil else { throw failure("\"\(name)\" stands twice") }
        table.members[name] = .value(value)
    }

    private func descend(
        _ name: String, in table: inout Table, _ body: (inout Table) throws(Failure) -> Void
    ) throws(Failure) {
        switch table.members[name] {
        case nil:
            var inner = Table()
            try body(&inner)
            table.members[name] = .table(inner)
        case .table(var inner):
            try body(&inner)
            table.members[name] = .table(inner)
        case .tables(var tables):
            var last = tables.popLast() ?? Table()
            try body(&last)
            table.members[name] = .tables(tables + [last])
        case .value: throw failure("\"\(name)\" is a value already, and no table")
        }
    }

    // MARK: Keys and values

    private mutating func keys() throws(Failure) -> [String] {
        var keys: [String] = []
        repeat {
            scanner.skipBlanks()
            keys.append(try key())
            scanner.skipBlanks()
        } while scanner.take(".")
        guard keys.count <= Self.deepest else { throw failure("a key of over \(Self.deepest) parts") }
        return keys
    }

    private mutating func key() throws(Failure) -> String {
        if scanner.take("\"") { return try scanner.basicString(isLong: false) }
        if scanner.take("'") { return try scanner.literalString(isLong: false) }
        let word = scanner.word {
            $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
                || $0 == "-" || $0 == "_"
        }
        guard !word.isEmpty else { throw failure("there is no key") }
        return word
    }

    private mutating func assignment() throws(Failure) {
        guard scanner.take("=") else { throw failure("a key is followed by =") }
        scanner.skipBlanks()
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        guard depth < Self.deepest else { throw failure("values stand in each other over \(Self.deepest) deep") }
        if scanner.take("\"") { return .string(try scanner.basicString(isLong: scanner.takeLong("\""))) }
        if scanner.take("'") { return .string(try scanner.literalString(isLong: scanner.takeLong("'"))) }
        if scanner.take("[") { return try array(depth: depth) }
        if scanner.take("{") { return try inlineTable(depth: depth) }
        let word = scanner.word { !",]}#\n".unicodeScalars.contains($0) }
        guard let value = TOMLScalar.value(word) else {
            throw failure(word.isEmpty ? "there is no value" : "\"\(word)\" is no value; text stands in quotes")
        }
        return value
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONValue {
        var values: [JSONValue] = []
        while scanner.skipToContent() {
            if scanner.take("]") { return .array(values) }
            values.append(try value(depth: depth + 1))
            guard scanner.skipToContent() else { break }
            if scanner.take(",") { continue }
            guard scanner.take("]") else { throw failure("values of an array are parted by commas") }
            return .array(values)
        }
        throw failure("an array without its ]")
    }

    private mutating func inlineTable(depth: Int) throws(Failure) -> JSONValue {
        var table = Table()
        scanner.skipBlanks()
        if scanner.take("}") { return .object([:]) }
        while true {
            let path = try keys()
            try assignment()
            try set(path[...], try value(depth: depth + 1), in: &table)
            scanner.skipBlanks()
            if scanner.take("}") { return table.json }
            guard scanner.take(",") else { throw failure("members of a table in braces are parted by commas") }
        }
    }

    private func failure(_ message: String) -> Failure { Failure(line: scanner.line, message: message) }
}
