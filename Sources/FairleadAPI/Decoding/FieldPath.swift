/// The path of a field from an object's root, as Kubernetes writes it: `spec.tasks[2].env[A.B]`.
public struct FieldPath: Sendable, Hashable, CustomStringConvertible {
    /// The path as text.
    public let description: String

    /// Starts a path.
    public init(_ root: String = "") { description = root }

    /// A member's path; a name that is no plain word stands in brackets.
    public subscript(name: String) -> FieldPath {
        let isPlain = !name.isEmpty && name.utf8.allSatisfy(Self.isPlain)
        if !isPlain { return FieldPath("\(description)[\(Quoted.text(name, limit: 40).dropFirst().dropLast())]") }
        return FieldPath(description.isEmpty ? name : "\(description).\(name)")
    }

    /// An element's path.
    public subscript(index: Int) -> FieldPath { FieldPath("\(description)[\(index)]") }

    /// The path at the end of a decoder's coding path.
    func appending(_ keys: some Sequence<any CodingKey>) -> FieldPath {
        keys.reduce(self) { path, key in key.intValue.map { path[$0] } ?? path[key.stringValue] }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
