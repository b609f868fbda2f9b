import CEL
import Foundation
import KubernetesCore

/// One case of the language's conformance suite.
struct ConformanceCase: Sendable, CustomStringConvertible {
    let json: JSONValue

    var file: String { json["file"]?.stringValue ?? "" }
    var description: String { "\(file)/\(json["section"]?.stringValue ?? "")/\(json["name"]?.stringValue ?? "")" }
    var expression: String { json["expr"]?.stringValue ?? "" }
    var container: String { json["container"]?.stringValue ?? "" }
    var isUnchecked: Bool { json["disableCheck"]?.boolValue ?? false }
    var isCheckOnly: Bool { json["checkOnly"]?.boolValue ?? false }
    var needsProtobuf: Bool { json["needsProtobuf"]?.boolValue ?? false }
    var expectsError: Bool { json["error"] != nil }
    var deducedType: String? { json["deducedType"]?.stringValue }
    var declarations: [String] { json["declarations"]?.arrayValue?.compactMap(\.stringValue) ?? [] }

    /// The one case whose expectation has a backslash that its expression has not: the text form of the suite writes a
    /// question mark with one.
    var isMistaken: Bool { description == "parse/bytes_literals/triple_single_quoted_unescaped_punctuation" }

    var expected: Value? { json["expect"].flatMap(Self.value) }

    var bindings: [String: Value] {
        (json["bindings"]?.objectValue ?? [:]).compactMapValues(Self.value)
    }

    /// The folder of the cases, beside the package; nil where it is absent.
    static let folder: URL? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.deletingLastPathComponent().appending(path: "shared/cel")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    /// The files of the cases, without their endings.
    static let files: [String] = {
        guard let folder, let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            return ["absent"]
        }
        return names.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }.sorted()
    }()

    static func cases(in file: String) throws -> [ConformanceCase] {
        guard let folder else { return [] }
        let text = try String(contentsOf: folder.appending(path: file + ".jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").map { ConformanceCase(json: try JSONParser.parse(String($0))) }
    }

    /// A value as the cases write it; nil for messages.
    private static func value(_ json: JSONValue) -> Value? {
        guard let (kind, inner) = json.objectValue?.first else { return nil }
        switch kind {
        case "null": return .null
        case "bool": return inner.boolValue.map { .bool($0) }
        case "int": return inner.stringValue.flatMap { Int64($0) }.map { .int($0) }
        case "uint": return inner.stringValue.flatMap { UInt64($0) }.map { .uint($0) }
        case "double": return inner.stringValue.flatMap(double).map { .double($0) }
        case "string": return inner.stringValue.map { .string($0) }
        case "bytes_hex": return inner.stringValue.map { .bytes(bytes($0)) }
        case "list":
            let elements = inner.arrayValue ?? []
            let values = elements.compactMap(value)
            return values.count == elements.count ? .list(values) : nil
        case "map":
            var map = MapValue()
            for entry in inner.arrayValue ?? [] {
                guard let parts = entry.arrayValue, parts.count == 2, let key = value(parts[0]).flatMap(key),
                    let value = value(parts[1])
                else { return nil }
                map[key] = value
            }
            return .map(map)
        case "type": return inner.stringValue.map { .type(TypeValue(name: $0)) }
        case "timestamp": return times(inner).flatMap { Timestamp(seconds: $0, nanoseconds: $1) }.map { .timestamp($0) }
        case "duration": return times(inner).flatMap { CELDuration(seconds: $0, nanoseconds: $1) }.map { .duration($0) }
        default: return nil
        }
    }

    private static func times(_ json: JSONValue) -> (Int64, Int32)? {
        guard let seconds = json["seconds"]?.integerValue, let nanoseconds = json["nanos"]?.integerValue else {
            return nil
        }
        return (Int64(seconds), Int32(nanoseconds))
    }

    private static func key(_ value: Value) -> MapKey? {
        switch value {
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .uint(let value): .uint(value)
        case .string(let value): .string(value)
        default: nil
        }
    }

    private static func double(_ text: String) -> Double? {
        switch text {
        case "NaN": .nan
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        default: Double(text)
        }
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
    }
}
