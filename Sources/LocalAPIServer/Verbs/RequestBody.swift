import KubernetesCore

/// Reads the object of a request's body.
struct RequestBody: Sendable {
    /// Bytes that a body may have.
    static let limit = 3 << 20

    /// The object.
    var value: JSONValue
    /// Complaints that become `Warning` headers.
    var warnings: [String] = []

    /// The media types that are read.
    static let mediaTypes = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]

    /// Reads an object of a kind and removes what the schema does not know.
    ///
    /// - Throws: 400, 413, 415, or 422 for another kind of the same API.
    init(_ request: APIRequest, for resource: ServedResource, _ options: RequestOptions) throws(Status) {
        let bytes = request.body ?? []
        let kind = resource.type.gvk.kind
        let (parsed, duplicates) = try Self.parse(request, kind: kind)
        value = parsed
        try Self.checkKind(&value, bytes: bytes, resource)
        try finish(resource, options, duplicates: duplicates)
    }

    /// Takes an object that a patch made, or the configuration of an apply, whose types the merge checks.
    init(
        patched: JSONValue, for resource: ServedResource, _ options: RequestOptions, isApply: Bool = false
    ) throws(Status) {
        value = patched
        let kind = patched["kind"]?.stringValue ?? ""
        if resource.isCustom, !isApply, kind != resource.type.gvk.kind {
            throw Self.otherKind(kind, patched, resource)
        }
        try finish(resource, options, duplicates: [], isApply: isApply)
    }

    private mutating func finish(
        _ resource: ServedResource, _ options: RequestOptions, duplicates: [String], isApply: Bool = false
    ) throws(Status) {
        let gvk = resource.type.gvk
        let raw = value
        do throws(TypedDecoder.Problem) {
            if let metadata = value["metadata"], resource.isCustom {
                value["metadata"] = try TypedDecoder.decodeMetadata(metadata)
            } else if !resource.isCustom, !isApply {
                value = try BuiltinObjects.decode(gvk, value)
            }
        } catch {
            throw Self.cannotHandle(gvk, error.message)
        }
        // A list with one empty entry asks for the record to be reset.
        if let fields = raw["metadata"]?["managedFields"], fields.arrayValue?.isEmpty == false {
            value[path: ["metadata", "managedFields"]] = fields
        }
        if options.fieldValidation != .ignore {
            let unknown = resource.kind.schema.unknownFields(in: raw)
            let complaints =
                duplicates.map { "duplicate field \"\($0)\"" } + unknown.map { "unknown field \"\($0)\"" }
            if options.fieldValidation == .strict, !complaints.isEmpty {
                let list = complaints.joined(separator: ", ")
                throw Status.badRequest(
                    "\(gvk.kind) in version \"\(gvk.version)\" cannot be handled as a \(gvk.kind): "
                        + "strict decoding error: \(list)")
            }
            warnings = complaints
        }
        resource.kind.schema.prune(&value)
    }

    private static func cannotHandle(_ gvk: GroupVersionKind, _ problem: String) -> Status {
        Status.badRequest("\(gvk.kind) in version \"\(gvk.version)\" cannot be handled as a \(gvk.kind): \(problem)")
    }

    /// Parses a body as its media type says.
    static func parse(_ request: APIRequest, kind: String) throws(Status) -> (JSONValue, [String]) {
        let bytes = request.body ?? []
        try checkSize(bytes)
        let type = request.mediaType ?? "application/json"
        if type == "application/vnd.kubernetes.protobuf" { return (try protobuf(bytes, kind: kind), []) }
        guard type == "application/json" || type == "application/yaml" else {
            throw Status.unsupportedMediaType(mediaTypes)
        }
        let unrecognized = "the object provided is unrecognized (must be of type \(kind)): "
        if type == "application/yaml" {
            do throws(YAMLDocument.ParseError) {
                return (try YAMLDocument.parse(bytes), [])
            } catch {
                throw Status.badRequest("\(unrecognized)yaml: \(error.message) (\(summary(bytes)))")
            }
        }
        let value: JSONValue
        let duplicates: [String]
        do throws(JSONParseError) {
            (value, duplicates) = try JSONParser.parseReportingDuplicates(bytes)
        } catch {
            throw Status.badRequest(
                "\(unrecognized)couldn't get version/kind; json parse error: \(goMessage(error, bytes)) "
                    + "(\(summary(bytes)))")
        }
        guard case .object = value else {
            throw Status.badRequest(
                "\(unrecognized)couldn't get version/kind; json parse error: json: cannot unmarshal "
                    + "\(goTypeName(value)) into Go value of type struct (\(summary(bytes)))")
        }
        return (value, duplicates)
    }

    /// Refuses a body that is too long.
    static func checkSize(_ bytes: [UInt8]) throws(Status) {
        guard bytes.count > limit else { return }
        throw Status(
            code: 413, reason: "RequestEntityTooLarge",
            message: "Request entity too large: limit is \(limit)", details: Status.Details())
    }

    /// What Go's decoder says of malformed JSON.
    static func goMessage(_ error: JSONParseError, _ bytes: [UInt8]) -> String {
        if error.offset >= bytes.count { return "unexpected end of JSON input" }
        let character = String(decoding: [bytes[error.offset]], as: UTF8.self)
        return "invalid character '\(character)' looking for beginning of value"
    }

    private static func goTypeName(_ value: JSONValue) -> String {
        switch value {
        case .bool: "bool"
        case .integer, .double: "number"
        default: value.typeName
        }
    }

    /// A body's beginning, as failures show it.
    static func summary(_ bytes: [UInt8]) -> String {
        guard let first = bytes.first else { return "<empty>" }
        let rest = bytes.count > 30 ? " ..." : ""
        if first == UInt8(ascii: "{") { return String(decoding: bytes.prefix(30), as: UTF8.self) + rest }
        let digits = Array("0123456789abcdef")
        return bytes.prefix(30).map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined() + rest
    }

    private static func otherKind(_ kind: String, _ value: JSONValue, _ resource: ServedResource) -> Status {
        FieldError.status(
            kind: kind, group: resource.type.gvk.group, name: value["metadata"]?["name"]?.stringValue ?? "",
            errors: [.invalid("kind", .string(kind), "must be \(resource.type.gvk.kind)")])
    }

    private static func checkKind(
        _ value: inout JSONValue, bytes: [UInt8], _ resource: ServedResource
    ) throws(Status) {
        let gvk = resource.type.gvk
        let kind = value["kind"]?.stringValue ?? ""
        let apiVersion = value["apiVersion"]?.stringValue ?? ""
        if resource.isCustom {
            if kind.isEmpty {
                let text = String(decoding: bytes, as: UTF8.self)
                throw Status.badRequest(
                    "the object provided is unrecognized (must be of type \(gvk.kind)): Object 'Kind' is missing in "
                        + "'\(text)' (\(summary(bytes)))")
            }
            if apiVersion != gvk.apiVersion {
                throw Status.badRequest(
                    "the API version in the data (\(apiVersion)) does not match the expected API version "
                        + "(\(gvk.apiVersion))")
            }
            if kind != gvk.kind {
                throw otherKind(kind, value, resource)
            }
            return
        }
        let isOtherKind = !kind.isEmpty && kind != gvk.kind
        let isOtherVersion = !apiVersion.isEmpty && apiVersion != gvk.apiVersion
        if isOtherKind || isOtherVersion {
            let version = apiVersion.isEmpty ? gvk.apiVersion : apiVersion
            let name = kind.isEmpty ? gvk.kind : kind
            throw Status.badRequest(
                "\(name) in version \"\(gvk.version)\" cannot be handled as a \(gvk.kind): no kind \"\(name)\" is "
                    + "registered for version \"\(version)\" in scheme \"pkg/runtime/scheme.go:111\"")
        }
        value["kind"] = .string(gvk.kind)
        value["apiVersion"] = .string(gvk.apiVersion)
    }
}
