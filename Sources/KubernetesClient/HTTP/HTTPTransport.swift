import AsyncHTTPClient
public import KubernetesCore
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// Talks to an API server over HTTP/1.1, with TLS.
///
/// Guarantees: at most ``Options/maximumInFlightCalls`` calls are under way, and the others wait their turn; nothing
/// is sent twice that may have been carried out; `Authorization` is made anew for every request, and a 401 leads to
/// one more attempt where there is another token or certificate by then; redirects are not followed; a stream reads
/// from its connection only as fast as it is consumed.
///
/// Assumptions: ``shutdown()`` is called in the end.
///
/// Caveats: HTTP/1.1 on purpose. One dead HTTP/2 connection would swallow every request, since the HTTP client sends
/// no pings, while a dead HTTP/1.1 connection costs one request and is closed.
public final class HTTPTransport: Transport {
    private let options: Options
    private let endpoint: Endpoint
    private let impersonation: ClusterConfiguration.Impersonation?
    private let credentials: Credentials
    private let limit: InFlightLimit
    private let pool: HTTPClientPool
    private let observer: (any RequestObserver)?
    private let logger: Logger

    /// Makes a transport; nothing is connected and no program is run yet.
    ///
    /// - Parameters:
    ///   - configuration: The cluster.
    ///   - options: Bounds and names.
    ///   - observer: Told of every request.
    ///   - logger: Told of retries.
    /// - Throws: ``ConfigurationError``.
    public init(
        _ configuration: ClusterConfiguration, options: Options = Options(),
        observer: (any RequestObserver)? = nil, logger: Logger = Logger(label: "kubernetes-client")
    ) throws {
        self.options = options
        self.observer = observer
        self.logger = logger
        let endpoint = try Endpoint(configuration)
        self.endpoint = endpoint
        impersonation = configuration.impersonation
        credentials = Credentials(
            configuration, refreshInterval: options.credentialRefreshInterval, pluginTimeout: options.pluginTimeout)
        limit = InFlightLimit(options.maximumInFlightCalls)
        let skipsVerification = configuration.skipsTLSVerification
        let certificates = Certificates(
            authority: configuration.certificateAuthority, client: configuration.clientCertificate)
        pool = try HTTPClientPool(certificates) { certificates in
            HTTPClients(
                endpoint: endpoint,
                tlsConfiguration: try certificates.tlsConfiguration(skipsVerification: skipsVerification),
                options: options)
        }
    }

    /// Ends every request and closes every connection; later requests fail.
    public func shutdown() async {
        await pool.shutdown()
    }

    public func send(_ request: APIRequest) async throws -> APIResponse {
        var retries = 0
        var hasReconnected = false
        while true {
            let response: APIResponse
            do {
                response = try await limit.withSlot {
                    try await identified { identity in try await self.call(request, as: identity) }
                }
            } catch let error as TransportError where error.code == .interrupted && request.method == .get {
                // A server may close a kept connection just as it is used again; a read can be sent once more.
                guard !hasReconnected else { throw error }
                hasReconnected = true
                continue
            }
            guard let delay = options.retryPolicy.delay(after: response, to: request.method, retries: retries) else {
                return response
            }
            retries += 1
            logger.debug(
                "The API server asks for patience",
                metadata: ["status": "\(response.status)", "path": "\(request.path)", "delay": "\(delay)"])
            try await Task.sleep(for: delay)
        }
    }

    public func stream<Result: Sendable>(
        _ request: APIRequest,
        _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
    ) async throws -> Result {
        let opened = try await identified { identity in try await self.open(request, as: identity) }
        // What is under way keeps its clients, whatever certificates come meanwhile.
        defer { withExtendedLifetime(opened.clients) {} }
        let response = opened.response
        let head = StreamHead(status: opened.status, headers: Self.fields(of: response.headers))
        // Whatever way `body` ends, the iterator goes with this scope, and with it the connection.
        var chunks: any ByteChunks = HTTPByteChunks(iterator: response.body.makeAsyncIterator(), server: endpoint.name)
        return try await body(head, &chunks)
    }

    /// Sends something as who we are now, and once more as who we are then where the server refuses that: a token
    /// or a certificate may have been replaced.
    private func identified<Answer: HasStatus>(_ body: (Identity) async throws -> Answer) async throws -> Answer {
        let identity = try await credentials.identity()
        do {
            let answer = try await body(identity)
            guard answer.status == 401,
                let other = try await credentials.replacement(for: identity, isConnected: true)
            else { return answer }
            return try await body(other)
        } catch let error as TransportError where error.code == .tls {
            guard let other = try await credentials.replacement(for: identity, isConnected: false) else { throw error }
            return try await body(other)
        }
    }

    private struct OpenStream: HasStatus {
        var response: HTTPClientResponse
        var clients: HTTPClients

        var status: Int { Int(response.status.code) }
    }

    private func open(_ request: APIRequest, as identity: Identity) async throws -> OpenStream {
        var outgoing = HTTPClientRequest(url: endpoint.baseURL + request.target)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        outgoing.headers = headers(of: request, authorization: identity.authorization)
        if let bytes = request.body { outgoing.body = .bytes(ByteBuffer(bytes: bytes)) }
        let sent = outgoing
        return try await observed(request) {
            let clients = try pool.clients(for: identity.certificates)
            // No deadline: a log whose program is silent has no head before its first line. Silence and dead
            // connections are the business of the clients' own timers.
            let response = try await clients.streaming(request).execute(sent, deadline: .distantFuture)
            return OpenStream(response: response, clients: clients)
        }
    }

    private func call(_ request: APIRequest, as identity: Identity) async throws -> APIResponse {
        try await observed(request) {
            let clients = try pool.clients(for: identity.certificates)
            let outgoing = try HTTPClient.Request(
                url: endpoint.baseURL + request.target, method: HTTPMethod(rawValue: request.method.rawValue),
                headers: headers(of: request, authorization: identity.authorization),
                body: request.body.map { .bytes($0) })
            let accumulator = ResponseAccumulator(request: outgoing, maxBodySize: options.maximumResponseBytes)
            let task = clients.calls.execute(
                request: outgoing, delegate: accumulator, deadline: .now() + TimeAmount(options.callTimeout))
            let response = try await withTaskCancellationHandler {
                try await task.get()
            } onCancel: {
                task.cancel()
            }
            withExtendedLifetime(clients) {}
            return APIResponse(
                status: Int(response.status.code), headers: Self.fields(of: response.headers),
                body: response.body.map { Array($0.readableBytesView) } ?? [])
        }
    }

    /// Tells the observer how a request went, and its failure in our words.
    private func observed<Answer: HasStatus>(
        _ request: APIRequest, _ body: () async throws -> Answer
    ) async throws -> Answer {
        let start = ContinuousClock.now
        do {
            let answer = try await body()
            observer?.finished(ObservedCall(request, code: answer.status, duration: .now - start))
            return answer
        } catch {
            let failure = Self.failure(error, server: endpoint.name)
            let code = (failure as? TransportError)?.code
            observer?.finished(ObservedCall(request, code: nil, failure: code, duration: .now - start))
            throw failure
        }
    }

    private func headers(of request: APIRequest, authorization: String?) -> HTTPHeaders {
        var headers = HTTPHeaders([("User-Agent", options.userAgent), ("Accept", "application/json")])
        if let host = endpoint.hostHeader { headers.add(name: "Host", value: host) }
        if let authorization { headers.add(name: "Authorization", value: authorization) }
        if let impersonation {
            headers.add(name: "Impersonate-User", value: impersonation.user)
            if let uid = impersonation.uid { headers.add(name: "Impersonate-Uid", value: uid) }
            for group in impersonation.groups { headers.add(name: "Impersonate-Group", value: group) }
            for (key, values) in impersonation.extra.sorted(by: { $0.key < $1.key }) {
                for value in values {
                    headers.add(name: "Impersonate-Extra-\(PercentEncoding.encode(key))", value: value)
                }
            }
        }
        for (name, value) in request.headers { headers.replaceOrAdd(name: name, value: value) }
        return headers
    }

    private static func fields(of headers: HTTPHeaders) -> [String: String] {
        var fields: [String: String] = [:]
        for (name, value) in headers {
            let name = name.lowercased()
            fields[name] = fields[name].map { "\($0), \(value)" } ?? value
        }
        return fields
    }

    /// The error that a caller sees: an end by cancellation is no failure of the connection.
    static func failure(_ cause: any Error, server: String) -> any Error {
        if cause is CancellationError || Task.isCancelled { return CancellationError() }
        return TransportError(cause: cause, server: server)
    }
}

/// What an answer and the head of a stream have in common.
private protocol HasStatus {
    var status: Int { get }
}

extension APIResponse: HasStatus {}

/// The body of a streamed answer, read from its connection as it is asked for.
private struct HTTPByteChunks: ByteChunks {
    var iterator: HTTPClientResponse.Body.AsyncIterator
    let server: String

    mutating func next() async throws -> [UInt8]? {
        do {
            if let buffer = try await iterator.next(isolation: #isolation) { return Array(buffer.readableBytesView) }
        } catch {
            throw HTTPTransport.failure(error, server: server)
        }
        // A cancelled read looks like the end of the answer, which a watch would take for the server's.
        try Task.checkCancellation()
        return nil
    }
}
