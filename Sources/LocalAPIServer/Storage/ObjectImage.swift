import KubernetesCore

/// One state of an object as it is served: encoded once, shared by every answer and every watcher.
final class ObjectImage: Sendable {
    /// What is known of the object without parsing it.
    let attributes: ObjectAttributes
    /// The version of this state.
    let revision: Int64
    /// The document from `"metadata":` to its end; `apiVersion` and `kind` depend on the version that is asked for.
    let tail: [UInt8]
    /// Where in the tail the version's digits stand.
    let versionRange: Range<Int>

    init(encoded: EncodedObject, attributes: ObjectAttributes, revision: Int64) {
        self.attributes = attributes
        self.revision = revision
        (tail, versionRange) = encoded.bytes(revision: revision)
    }

    private init(attributes: ObjectAttributes, revision: Int64, tail: [UInt8], versionRange: Range<Int>) {
        self.attributes = attributes
        self.revision = revision
        self.tail = tail
        self.versionRange = versionRange
    }

    var key: ObjectKey { attributes.key }

    /// The same state under another version: what a watcher is told of an object that left its selection.
    func stamped(revision: Int64) -> ObjectImage {
        let digits = Array(String(revision).utf8)
        var bytes = tail
        bytes.replaceSubrange(versionRange, with: digits)
        let range = versionRange.lowerBound..<(versionRange.lowerBound + digits.count)
        return ObjectImage(attributes: attributes, revision: revision, tail: bytes, versionRange: range)
    }

    /// The document as a value, without `apiVersion` and `kind`.
    func parsed() -> JSONValue {
        (try? JSONParser.parse([UInt8(ascii: "{")] + tail)) ?? .object([:])
    }
}

/// What the store and the selectors need to know of an object.
struct ObjectAttributes: Sendable {
    var key: ObjectKey
    var uid: String
    var labels: [String: String]
    /// The fields by which the kind can be selected, beside name and namespace.
    var fields: [String: String]
    var owners: [OwnerReference]
    var isBeingDeleted: Bool
    var finalizers: [String]

    init(of value: JSONValue, fieldPaths: [String: [String]]) {
        let metadata = value["metadata"]
        key = ObjectKey(
            namespace: metadata?["namespace"]?.stringValue, name: metadata?["name"]?.stringValue ?? "")
        uid = metadata?["uid"]?.stringValue ?? ""
        labels = metadata?["labels"]?.objectValue?.compactMapValues(\.stringValue) ?? [:]
        finalizers = metadata?["finalizers"]?.arrayValue?.compactMap(\.stringValue) ?? []
        isBeingDeleted = metadata?["deletionTimestamp"]?.stringValue != nil
        owners = (metadata?["ownerReferences"]?.arrayValue ?? []).compactMap { reference in
            guard let uid = reference["uid"]?.stringValue else { return nil }
            return OwnerReference(
                apiVersion: reference["apiVersion"]?.stringValue ?? "", kind: reference["kind"]?.stringValue ?? "",
                name: reference["name"]?.stringValue ?? "", uid: uid,
                controller: reference["controller"]?.boolValue,
                blockOwnerDeletion: reference["blockOwnerDeletion"]?.boolValue)
        }
        fields = fieldPaths.mapValues { path in
            switch value[path: path] {
            case .string(let text): text
            case .bool(let truth): truth ? "true" : "false"
            case .integer(let number): String(number)
            default: ""
            }
        }
    }
}

/// An object's JSON with a hole where its version goes, so that nothing is encoded while the store is locked.
struct EncodedObject: Sendable {
    private let head: [UInt8]
    private let rest: [UInt8]

    init(_ value: JSONValue) {
        var members = value.objectValue ?? [:]
        var metadata = members["metadata"]?.objectValue ?? [:]
        metadata["resourceVersion"] = nil
        members["metadata"] = nil
        members["apiVersion"] = nil
        members["kind"] = nil
        head = Array(#""metadata":{"resourceVersion":""#.utf8)
        var rest: [UInt8] = [UInt8(ascii: "\"")]
        if !metadata.isEmpty { rest.append(UInt8(ascii: ",")) }
        rest += JSONWriter.bytes(.object(metadata)).dropFirst()
        if !members.isEmpty { rest.append(UInt8(ascii: ",")) }
        rest += JSONWriter.bytes(.object(members)).dropFirst()
        self.rest = rest
    }

    /// How long the object is in the store.
    var count: Int { head.count + rest.count + 10 }

    func bytes(revision: Int64) -> ([UInt8], Range<Int>) {
        let digits = Array(String(revision).utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(head.count + digits.count + rest.count)
        bytes += head
        bytes += digits
        bytes += rest
        return (bytes, head.count..<(head.count + digits.count))
    }
}

/// A state of an object that is to be stored.
struct ObjectDraft: Sendable {
    /// The whole object; its `resourceVersion` is not looked at.
    var value: JSONValue
    var attributes: ObjectAttributes
    var encoded: EncodedObject

    init(_ value: JSONValue, fieldPaths: [String: [String]]) {
        self.value = value
        attributes = ObjectAttributes(of: value, fieldPaths: fieldPaths)
        encoded = EncodedObject(value)
    }
}

/// An object in the store: its image, and the value it was encoded from.
struct LiveObject: Sendable {
    var image: ObjectImage
    private let stored: JSONValue

    init(image: ObjectImage, value: JSONValue) {
        self.image = image
        stored = value
    }

    var key: ObjectKey { image.key }

    /// The object with its version, without `apiVersion` and `kind`.
    var value: JSONValue {
        var value = stored
        value[path: ["metadata", "resourceVersion"]] = .string(String(image.revision))
        return value
    }
}
