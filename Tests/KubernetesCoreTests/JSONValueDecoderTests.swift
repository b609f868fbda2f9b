import Foundation
import PropertyTesting
import Testing

@testable import KubernetesCore

/// Our decoder accepts what Foundation's accepts, and refuses the rest at the same place.
@Suite struct JSONValueDecoderTests {
    struct Shape: Codable, Equatable {
        enum Mode: String, Codable { case fast, slow }
        struct Inner: Codable, Equatable {
            var count: Int
            var name: String?
        }
        var text: String
        var number: Double?
        var small: Int8?
        var truth: Bool?
        var inner: Inner?
        var list: [Inner]?
        var map: [String: Inner]?
        var mode: Mode?
    }

    /// The outcome of a decoder as text: the value, or the kind of error and its place.
    private static func outcome(_ decode: () throws -> Shape) -> String {
        do {
            return "\(try decode())"
        } catch let error as DecodingError {
            func place(_ path: [any CodingKey]) -> String {
                path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
            }
            return switch error {
            case .typeMismatch(_, let context): "mismatch at \(place(context.codingPath))"
            case .valueNotFound(_, let context): "null at \(place(context.codingPath))"
            case .keyNotFound(let key, let context): "no \(key.stringValue) at \(place(context.codingPath))"
            case .dataCorrupted(let context): "corrupted at \(place(context.codingPath))"
            @unknown default: "unknown"
            }
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        #"{"text": "a"}"#, #"{"text": 1}"#, #"{"text": null}"#, "{}", #"{"text": "a", "number": 1}"#,
        #"{"text": "a", "number": "1"}"#, #"{"text": "a", "small": 127}"#, #"{"text": "a", "small": 3.0}"#,
        #"{"text": "a", "truth": 1}"#, #"{"text": "a", "truth": false}"#, #"{"text": "a", "inner": {}}"#,
        #"{"text": "a", "inner": {"count": true}}"#,
        #"{"text": "a", "list": [{"count": 1}, {"count": "x"}]}"#, #"{"text": "a", "list": {}}"#,
        #"{"text": "a", "map": {"k": {"count": 2, "name": null}}}"#, #"{"text": "a", "map": {"k": 1}}"#,
        #"{"text": "a", "mode": "fast"}"#, #"{"text": "a", "mode": "quick"}"#, "[]", "1",
    ])
    func decodesAsFoundationDoes(json: String) throws {
        let bytes = Array(json.utf8)
        let theirs = Self.outcome { try JSONDecoder().decode(Shape.self, from: Data(bytes)) }
        let ours = Self.outcome { try KubernetesJSON.decode(Shape.self, from: bytes) }
        #expect(ours == theirs)
    }

    /// Foundation tells no place for a number with a fraction; a user is helped by one.
    @Test func aFractionIsRefusedAtItsPlace() {
        let json = #"{"text": "a", "inner": {"count": 1.5}}"#
        let ours = Self.outcome { try KubernetesJSON.decode(Shape.self, from: json.utf8) }
        #expect(ours == "corrupted at inner.count")
    }

    @Test(arguments: 1...40) func jsonPassesThroughUnchanged(seed: UInt64) throws {
        struct Holder: Codable, Equatable { var value: JSONValue? }
        var generator = SeededGenerator(seed: seed)
        let value = generator.value()
        let holder = try KubernetesJSON.decode(Holder.self, from: ["value": value])
        #expect((holder.value ?? .null) == value, "seed \(seed)")
    }
}
