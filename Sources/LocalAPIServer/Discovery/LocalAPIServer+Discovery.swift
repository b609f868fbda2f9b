import KubernetesCore

extension LocalAPIServer {
    /// Answers a path that names no object: health, version, discovery and the OpenAPI documents.
    func discover(_ request: APIRequest, _ segments: [String]) throws -> ServerResponse {
        let root = segments.first ?? ""
        switch root {
        case "healthz", "livez", "readyz": return .whole(try Self.health(request, segments))
        case "version":
            guard request.method == .get else { throw Status.methodNotAllowed }
            return .whole(Self.response(Self.version))
        case "openapi": return .whole(try openAPI(request, segments))
        default: break
        }
        let documents = DiscoveryDocuments(kinds: registry)
        switch (root, segments.count) {
        case ("", _): return .whole(Self.response(documents.paths))
        case ("api", 1), ("apis", 1):
            if let answer = try Self.aggregated(request, documents, isCore: root == "api") { return .whole(answer) }
            return .whole(Self.response(root == "api" ? documents.coreVersions : documents.groupList))
        case ("api", 2):
            guard let list = documents.resources(group: "", version: segments[1]) else {
                throw Status.resourceNotFound
            }
            return .whole(Self.response(list))
        case ("apis", 2):
            guard let group = documents.group(segments[1], isWhole: true) else { throw PlainAnswer.pageNotFound }
            return .whole(Self.response(group))
        case ("apis", 3):
            guard let list = documents.resources(group: segments[1], version: segments[2]) else {
                throw PlainAnswer.pageNotFound
            }
            return .whole(Self.response(list))
        default: throw PlainAnswer.pageNotFound
        }
    }

    private static let version: JSONValue = [
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35", "gitVersion": "v1.36.0+fairlead", "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "swiftc", "platform": "linux/amd64",
    ]

    private static func health(_ request: APIRequest, _ segments: [String]) throws -> APIResponse {
        let checks = ["ping", "log", "etcd"]
        var text = "ok"
        if segments.count == 2 {
            guard checks.contains(segments[1]) else { throw PlainAnswer.pageNotFound }
        } else if segments.count > 2 {
            throw PlainAnswer.pageNotFound
        } else if request.query.contains(where: { $0.name == "verbose" }) {
            let excluded = Set(request.query.filter { $0.name == "exclude" }.map(\.value))
            text = checks.map { "[+]\($0) \(excluded.contains($0) ? "excluded: " : "")ok\n" }.joined()
            text += "\(segments.first ?? "") check passed\n"
        }
        return APIResponse(status: 200, headers: headers("text/plain; charset=utf-8"), body: Array(text.utf8))
    }

    /// Aggregated discovery (KEP-3352), where the client asks for it first.
    private static func aggregated(
        _ request: APIRequest, _ documents: DiscoveryDocuments, isCore: Bool
    ) throws(Status) -> APIResponse? {
        let type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        for entry in (request.header("accept") ?? "").split(separator: ",") {
            let parts = entry.split(separator: ";").map { $0.trimmed }
            guard let first = parts.first, ["application/json", "*/*", "application/*"].contains(first) else {
                continue
            }
            if parts.contains("as=APIGroupDiscoveryList") {
                guard parts.contains("v=v2") else { continue }
                let body = JSONWriter.bytes(documents.aggregated(isCore: isCore))
                var answer = APIResponse(status: 200, headers: headers(type), body: body)
                let tag = "\"\(fingerprint(body))\""
                answer.headers["etag"] = tag
                answer.headers["vary"] = "Accept"
                answer.headers["cache-control"] = "public"
                if request.header("if-none-match") == tag {
                    answer.status = 304
                    answer.body = []
                    answer.headers["content-type"] = nil
                }
                return answer
            }
            return nil
        }
        if request.header("accept") ?? "" == "" { return nil }
        _ = try Representation.negotiate(request.header("accept"))
        return nil
    }

    /// A short name of a document's content (FNV-1a).
    static func fingerprint(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16, uppercase: true)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private func openAPI(_ request: APIRequest, _ segments: [String]) throws -> APIResponse {
        let registry = registry
        let documents = OpenAPIDocuments(kinds: registry.all.map(\.kind))
        func document(
            _ name: String, type: String = "application/json", _ make: () -> [UInt8]?
        ) -> APIResponse? {
            openAPICache.bytes(name, generation: registry.generation, make: make).map {
                APIResponse(status: 200, headers: Self.headers(type), body: $0)
            }
        }
        var answer: APIResponse?
        switch (segments.dropFirst().first, segments.count) {
        case ("v2", 2):
            if (request.header("accept") ?? "").contains("proto-openapi.spec.v2") {
                let type = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
                answer = document("v2.pb", type: type) { documents.v2Protobuf() }
            } else {
                answer = document("v2") { JSONWriter.bytes(documents.v2()) }
            }
        case ("v3", 2):
            answer = document("v3", type: "text/plain; charset=utf-8") { JSONWriter.bytes(documents.v3Index()) }
        case ("v3", _):
            let path = segments.dropFirst(2).joined(separator: "/")
            if let asked = request.query("hash"), let hash = documents.hash(path: path), asked != hash {
                let location = "/openapi/v3/\(path)?hash=\(hash)"
                return APIResponse(status: 301, headers: ["location": location])
            }
            answer = document("v3/\(path)") { documents.v3(path: path).map { JSONWriter.bytes($0) } }
            if answer == nil { throw PlainAnswer(status: 404, text: "") }
        default: break
        }
        guard let answer else { throw PlainAnswer.pageNotFound }
        return answer
    }
}
