import AsyncHTTPClient
import Foundation
import KubernetesCore
import NIOCore
import NIOHTTP1

/// Hugging Face's Hub, or what speaks like it: tells what a repository holds; rclone brings it.
struct Hub: Sendable {
    /// Its address, without a slash at the end.
    var endpoint = "https://huggingface.co"
    /// The token, nil for what everybody may read.
    var token: String?
    let rclone: Rclone

    /// The list comes at once, or something is wrong.
    private var answerTime: TimeAmount { .seconds(min(60, rclone.stall.components.seconds)) }
    /// The list of a repository with some hundred thousand files.
    private static let listLimit = 64 << 20
    /// The name of the remote through which rclone reads a commit.
    private static let remote = "HUB"

    /// Finds the Connection that leads to a URI, by the environment's variables for its remote.
    init(uri: String, remotes: [RemotePrefix], rclone: Rclone) {
        self.rclone = rclone
        let remote = remotes.filter { uri.hasPrefix($0.prefix) }.max { $0.prefix.utf8.count < $1.prefix.utf8.count }
        guard let name = remote?.remote else { return }
        let variables = Rclone.configured(rclone.environment)
        if var endpoint = variables["RCLONE_CONFIG_\(name)_ENDPOINT"] {
            while endpoint.hasSuffix("/") { endpoint.removeLast() }
            self.endpoint = endpoint
        }
        token = variables["RCLONE_CONFIG_\(name)_TOKEN"]
    }

    /// Brings a file, or what is in a folder or repository, all of one commit.
    func copy(_ what: String, _ address: HubAddress, to path: String) async throws {
        let (commit, files) = try await list(address)
        let (folder, names, isFile) = address.selection(files)
        guard !names.isEmpty else {
            throw ArtifactFailure(.notFound, "\(address.repository) has no \(address.path) at \(commit)")
        }
        let target = isFile ? "\(path).hub" : path
        var reader = rclone
        reader.environment["RCLONE_CONFIG_\(Self.remote)_TYPE"] = "http"
        reader.environment["RCLONE_CONFIG_\(Self.remote)_URL"] = address.folder(folder, of: commit, at: endpoint)
        if let token { reader.environment["RCLONE_CONFIG_\(Self.remote)_HEADERS"] = "Authorization,Bearer \(token)" }
        try await reader.copy(what, files: names, from: .location("\(Self.remote):"), to: .location(target))
        // Of a list rclone leaves out what it may not see, and is content.
        if let missing = names.first(where: { !FileManager.default.fileExists(atPath: "\(target)/\($0)") }) {
            throw ArtifactFailure(.denied, "\(missing) of \(address.repository) can't be read\(advice)")
        }
        guard isFile, let name = names.first else { return }
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: "\(target)/\(name)", toPath: path)
        try? FileManager.default.removeItem(atPath: target)
    }

    private var advice: String {
        token == nil ? ": it needs the token of a Connection of type hf, or does not exist" : ": the token does not do"
    }

    /// The commit of a revision, and its files.
    private func list(_ address: HubAddress) async throws -> (commit: String, files: [String]) {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(30)
        // The time limit of a call ends with the answer's head.
        configuration.timeout.read = answerTime
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let answer: JSONValue
        do {
            answer = try await ask(client, address)
        } catch {
            try? await client.shutdown()
            throw error
        }
        try? await client.shutdown()
        guard let commit = answer["sha"]?.stringValue, let siblings = answer["siblings"]?.arrayValue else {
            throw ArtifactFailure(.storeFailed, "\(endpoint) does not answer as Hugging Face's Hub does")
        }
        let files = siblings.compactMap { $0["rfilename"]?.stringValue }
        guard !files.contains(where: { $0.hasPrefix("/") || $0.split(separator: "/").contains("..") }) else {
            throw ArtifactFailure(.denied, "\(address.repository) has a file whose name leads out of its folder")
        }
        return (commit, files)
    }

    private func ask(_ client: HTTPClient, _ address: HubAddress) async throws -> JSONValue {
        var request = HTTPClientRequest(url: address.list(at: endpoint))
        request.headers.add(name: "User-Agent", value: "fairlead")
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        let body: ByteBuffer
        do {
            let response = try await client.execute(request, timeout: answerTime)
            let name = "\(address.repository) at \(address.revision)"
            switch response.status.code {
            case 200: break
            case 401, 403: throw ArtifactFailure(.denied, "\(name) can't be read\(advice)")
            case 404: throw ArtifactFailure(.notFound, "\(endpoint) has no \(name)")
            default: throw ArtifactFailure(.storeFailed, "\(endpoint) answered \(response.status.code)")
            }
            body = try await response.body.collect(upTo: Self.listLimit)
        } catch let error as NIOTooManyBytesError {
            throw ArtifactFailure(.invalidPlan, "\(address.repository) has too many files: \(error)")
        } catch let error where !(error is ArtifactFailure || error is CancellationError) {
            let text = (error as? HTTPClientError)?.description ?? "\(error)"
            let isStalled = [.readTimeout, .deadlineExceeded].contains(error as? HTTPClientError)
            throw ArtifactFailure(isStalled ? .stalled : .storeFailed, "\(endpoint) did not answer: \(text)")
        }
        do {
            return try JSONParser.parse(body.readableBytesView)
        } catch {
            throw ArtifactFailure(.storeFailed, "\(endpoint) does not answer in JSON: \(error)")
        }
    }
}
