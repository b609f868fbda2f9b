public import KubernetesCore

/// The OpenAPI documents of the kinds that are served, as far as clients read them: types with their descriptions and
/// merge keys for `explain` and `apply`, and operations with the query parameters by which clients find out what the
/// server can validate.
public struct OpenAPIDocuments: Sendable {
    /// The version that the documents claim.
    public static let kubernetesVersion = "v1.36.2"

    private let kinds: [ServedKind]

    /// Documents of those kinds.
    public init(kinds: [ServedKind]) {
        self.kinds = kinds
    }

    /// The Swagger 2.0 document of all kinds, `/openapi/v2`.
    public func v2() -> JSONValue {
        var definitions = DefinitionSet(form: .v2)
        var paths: [String: JSONValue] = [:]
        for kind in kinds {
            definitions.add(kind)
            OpenAPIPaths(kind: kind, form: .v2).add(to: &paths)
        }
        return [
            "swagger": "2.0", "info": ["title": "Kubernetes", "version": .string(Self.kubernetesVersion)],
            "paths": .object(paths), "definitions": .object(definitions.definitions),
        ]
    }

    /// The same document in the binary form that kubectl up to 1.26 asks for:
    /// `application/com.github.proto-openapi.spec.v2@v1.0+protobuf`.
    public func v2Protobuf() -> [UInt8] { SwaggerProtobuf.encode(v2()) }

    /// The list of the documents, `/openapi/v3`: a path below `/openapi/v3` each, with a hash of its content.
    public func v3Index() -> JSONValue {
        var paths: [String: JSONValue] = [:]
        for path in Set(kinds.map(Self.path)) {
            paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(hash(path: path) ?? "")")]
        }
        return ["paths": .object(paths)]
    }

    /// The OpenAPI 3.0 document of a group's version; nil where none of its kinds is served.
    ///
    /// - Parameter path: The key in the index, such as `api/v1` or `apis/apps/v1`.
    public func v3(path: String) -> JSONValue? {
        let own = kinds.filter { Self.path($0) == path }
        guard let first = own.first else { return nil }
        var definitions = DefinitionSet(form: .v3)
        var paths: [String: JSONValue] = [:]
        for kind in own {
            definitions.add(kind)
            OpenAPIPaths(kind: kind, form: .v3).add(to: &paths)
        }
        let info: JSONValue =
            first.isCustom
            ? ["title": "Kubernetes CRD Swagger", "version": "v0.1.0"]
            : ["title": "Kubernetes", "version": .string(Self.kubernetesVersion)]
        return [
            "openapi": "3.0.0", "info": info, "paths": .object(paths),
            "components": ["schemas": .object(definitions.definitions)],
        ]
    }

    /// What changes whenever a document does, for its address and its `ETag`; nil where there is no such document.
    public func hash(path: String) -> String? {
        let own = kinds.filter { Self.path($0) == path }
        return own.isEmpty ? nil : Self.hash(own)
    }

    /// What changes whenever the Swagger 2.0 document does.
    public var v2Hash: String { Self.hash(kinds) }

    private static func path(_ kind: ServedKind) -> String {
        let gvk = kind.type.gvk
        return gvk.group.isEmpty ? "api/\(gvk.version)" : "apis/\(gvk.group)/\(gvk.version)"
    }

    /// FNV-1a over what the document is made of, so that the index need not render every document.
    private static func hash(_ kinds: [ServedKind]) -> String {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        mix(kubernetesVersion.utf8)
        for kind in kinds.sorted(by: { $0.type.description < $1.type.description }) {
            mix(kind.type.gvk.description.utf8)
            mix(kind.type.plural.utf8)
            mix((kind.verbs + kind.subresources.sorted()).joined(separator: ",").utf8)
            if kind.isCustom { mix(JSONWriter.bytes(kind.openAPISchema ?? kind.schema.openAPI)) }
        }
        let digits = String(state, radix: 16, uppercase: true)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
