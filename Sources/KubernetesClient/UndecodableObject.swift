public import KubernetesCore

/// An object that is not of the expected shape: one bad object must not stop the others.
public struct UndecodableObject: Error, Sendable, CustomStringConvertible {
    /// The object's address, where at least that could be read.
    public var key: ObjectKey?
    /// The object's version, where at least that could be read.
    public var resourceVersion: ResourceVersion?
    /// Whether the object is gone: its address is all that matters then.
    public var isDeletion: Bool
    /// What was wrong.
    public var message: String

    /// Describes an object.
    public init(
        key: ObjectKey? = nil, resourceVersion: ResourceVersion? = nil, isDeletion: Bool = false, message: String
    ) {
        self.key = key
        self.resourceVersion = resourceVersion
        self.isDeletion = isDeletion
        self.message = message
    }

    public var description: String { key.map { "\($0): \(message)" } ?? message }

    private struct Skeleton: Resource {
        static let type = ResourceType(version: "", kind: "", plural: "")
        var metadata: ObjectMeta
    }

    private init(_ cause: any Error, _ skeleton: Skeleton?, isDeletion: Bool = false) {
        self.isDeletion = isDeletion
        key = skeleton?.key
        resourceVersion = skeleton?.metadata.resourceVersion
        if let error = cause as? DecodingError {
            message = error.fieldPath.map { "\($0): \(error.reason)" } ?? error.reason
        } else {
            message = "\(cause)"
        }
    }

    static func decodeEvent<T: Resource>(_ line: [UInt8]) -> Result<WatchEvent<T>, UndecodableObject> {
        do {
            return .success(try KubernetesJSON.read(WatchEvent<T>.self, from: line))
        } catch {
            switch try? KubernetesJSON.decode(WatchEvent<Skeleton>.self, from: line) {
            case .added(let object), .modified(let object):
                return .failure(UndecodableObject(error, object))
            case .deleted(let object):
                return .failure(UndecodableObject(error, object, isDeletion: true))
            default:
                return .failure(UndecodableObject(error, nil))
            }
        }
    }

    /// Decodes to a failure where decoding an object alone would have thrown.
    public struct Guard<T: Resource>: JSONReadable, Sendable {
        /// The object, or what is wrong with it.
        public var result: Result<T, UndecodableObject>

        public init(from decoder: any Decoder) throws {
            do {
                result = .success(try T(from: decoder))
            } catch {
                result = .failure(UndecodableObject(error, try? Skeleton(from: decoder)))
            }
        }

        public init(reading reader: inout JSONReader) throws {
            // What does not read is left to the decoder, which sees it in its place in the list.
            result = .success(try reader.read())
        }
    }
}
