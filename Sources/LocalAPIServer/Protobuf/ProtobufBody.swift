import KubernetesCore

/// A body in Kubernetes' protobuf form: four bytes that tell it apart, then a message with the kind and the object.
enum ProtobufBody {
    /// Why there is no object.
    enum Failure: Error, Hashable, Sendable {
        /// It is not in this form.
        case unrecognized(String)
        /// The server does not read the kind in this form.
        case unknownKind
        /// The object of the kind cannot be read.
        case malformed(kind: String, apiVersion: String, message: String)
    }

    /// The bytes before the message.
    static let prefix: [UInt8] = Array("k8s".utf8) + [0]

    /// Reads the object.
    static func object(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
        guard !bytes.isEmpty else { throw .unrecognized("empty data") }
        guard bytes.starts(with: prefix) else {
            throw .unrecognized(
                "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
        }
        guard bytes.count > prefix.count else { throw .unrecognized("empty body") }
        let type: (apiVersion: String, kind: String)
        var raw: ArraySlice<UInt8> = []
        do throws(ProtobufWire.Malformed) {
            let envelope = try ProtobufScalars.fields(bytes[prefix.count...])
            var typeMeta: [Int: ProtobufWire.Value] = [:]
            if case .delimited(let bytes)? = envelope[1] { typeMeta = try ProtobufScalars.fields(bytes) }
            type = (
                try ProtobufScalars.text(typeMeta[1], "APIVersion"), try ProtobufScalars.text(typeMeta[2], "Kind")
            )
            if case .delimited(let bytes)? = envelope[2] { raw = bytes }
        } catch {
            throw .unrecognized(error.message)
        }
        guard !type.kind.isEmpty else { throw .unrecognized("Object 'Kind' is missing") }
        guard let message = ProtobufTypes.kind(type.kind, apiVersion: type.apiVersion) else { throw .unknownKind }
        do throws(ProtobufWire.Malformed) {
            var object = try ProtobufDecoder.object(raw, as: message)
            object["apiVersion"] = .string(type.apiVersion)
            object["kind"] = .string(type.kind)
            return .object(object)
        } catch {
            throw .malformed(kind: type.kind, apiVersion: type.apiVersion, message: error.message)
        }
    }
}

extension RequestBody {
    /// Reads a body in Kubernetes' protobuf form.
    ///
    /// - Throws: 400 for a malformed body, 415 for a kind that the server does not read in this form.
    static func protobuf(_ bytes: [UInt8], kind: String) throws(Status) -> JSONValue {
        do throws(ProtobufBody.Failure) {
            return try ProtobufBody.object(bytes)
        } catch {
            switch error {
            case .unrecognized(let problem):
                throw Status.badRequest(
                    "the object provided is unrecognized (must be of type \(kind)): \(problem) (\(summary(bytes)))")
            case .unknownKind:
                throw Status.unsupportedMediaType(mediaTypes)
            case .malformed(let sent, let apiVersion, let problem):
                let version = apiVersion.split(separator: "/").last ?? ""
                throw Status.badRequest("\(sent) in version \"\(version)\" cannot be handled as a \(kind): \(problem)")
            }
        }
    }
}
