import AsyncHTTPClient
public import KubernetesCore
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// Talks to an API server over HTTP/1.1, with TLS.
///
/// Guarantees: at most ``Options/maximumInFlightCalls`` calls are under way, and the others wait their turn; nothing
/// is sent twice that may have been carried out; `Authorization` is made anew for every request; redirects are not
/// followed; a stream reads from its connection only as fast as it is consumed.
///
/// Assumptions: ``shutdown()`` is called in the end.
///
/// Caveats: HTTP/1.1 on purpose. One dead HTTP/2 connection would swallow every request, since the HTTP client sends
/// no pings, while a dead HTTP/1.1 connection costs one request and is closed.
public final class HTTPTransport: Transport {
    /// Bounds and names; the defaults suit a controller.
    public struct Options: Sendable {
        /// The `User-Agent`; the part before `/` is the default field manager.
        public var userAgent: String
        /// How long a call may take, from its turn to the last byte of its answer.
        public var callTimeout: Duration
        /// How long the making of a connection may take.
        public var connectTimeout: Duration
        /// After how long a silence a watch counts as broken; servers send a bookmark about every minute.
        public var watchIdleTimeout: Duration
        /// How many calls are under way at once.
        public var maximumInFlightCalls: Int
        /// How many watches, and how many followed logs, are open at once; more of them wait.
        public var maximumStreams: Int
        /// The largest answer to a call.
        public var maximumResponseBytes: Int
        /// When a call is sent again.
        public var retryPolicy: RetryPolicy
        /// After how long the file of a token is read again.
        public var tokenRefreshInterval: Duration

        /// Sets the bounds.
        public init(
            userAgent: String = "fairlead/\(HTTPTransport.version)", callTimeout: Duration = .seconds(30),
            connectTimeout: Duration = .seconds(10), watchIdleTimeout: Duration = .seconds(120),
            maximumInFlightCalls: Int = 32, maximumStreams: Int = 1024, maximumResponseBytes: Int = 256 << 20,
            retryPolicy: RetryPolicy = RetryPolicy(), tokenRefreshInterval: Duration = .seconds(60)
        ) {
            self.userAgent = userAgent
            self.callTimeout = callTimeout
            self.connectTimeout = connectTimeout
            self.watchIdleTimeout = watchIdleTimeout
            self.maximumInFlightCalls = maximumInFlightCalls
            self.maximumStreams = maximumStreams
            self.maximumResponseBytes = maximumResponseBytes
            self.retryPolicy = retryPolicy
            self.tokenRefreshInterval = tokenRefreshInterval
        }
    }

    /// The version that the default `User-Agent` names.
    public static let version = "0.1.0"

    private let options: Options
    private let endpoint: Endpoint
    private let impersonation: ClusterConfiguration.Impersonation?
    private let authorization: Authorization
    private let limit: InFlightLimit
    private let clients: HTTPClients
    private let logger: Logger

    /// Makes a transport; nothing is connected yet.
    ///
    /// - Parameters:
    ///   - configuration: The cluster.
    ///   - options: Bounds and names.
    ///   - logger: Told of retries.
    /// - Throws: ``ConfigurationError``.
    public init(
        _ configuration: ClusterConfiguration, options: Options = Options(),
        logger: Logger = Logger(label: "kubernetes-client")
    ) throws {
        self.options = options
        self.logger = logger
        endpoint = try Endpoint(configuration)
        impersonation = configuration.impersonation
        authorization = Authorization(configuration.credential, refreshInterval: options.tokenRefreshInterval)
        limit = InFlightLimit(options.maximumInFlightCalls)
        clients = HTTPClients(
            endpoint: endpoint, tlsConfiguration: try configuration.tlsConfiguration(), options: options)
    }

    /// Ends every request and closes every connection; later requests fail.
    public func shutdown() async {
        await clients.shutdown()
    }

    public func send(_ request: APIRequest) async throws -> APIResponse {
        var retries = 0
        var hasChangedToken = false
        var hasReconnected = false
        while true {
            let header = try await authorization.headerValue()
            let response: APIResponse
            do {
                response = try await limit.withSlot { try await call(request, authorization: header) }
            } catch let error as TransportError where error.code == .interrupted && request.method == .get {
                // A server may close a kept connection just as it is used again; a read can be sent once more.
                guard !hasReconnected else { throw error }
                hasReconnected = true
                continue
            }
            if response.status == 401, !hasChangedToken, authorization.refuse(header) {
                hasChangedToken = true
                if try await authorization.headerValue() != header { continue }
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
        let header = try await authorization.headerValue()
        var outgoing = HTTPClientRequest(url: endpoint.baseURL + request.target)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        outgoing.headers = headers(of: request, authorization: header)
        if let bytes = request.body { outgoing.body = .bytes(ByteBuffer(bytes: bytes)) }
        let response: HTTPClientResponse
        do {
            // No deadline: a log whose program is silent has no head before its first line. Silence and dead
            // connections are the business of the clients' own timers.
            response = try await clients.streaming(request).execute(outgoing, deadline: .distantFuture)
        } catch {
            throw Self.failure(error)
        }
        if response.status.code == 401 { _ = authorization.refuse(header) }
        let head = StreamHead(status: Int(response.status.code), headers: Self.fields(of: response.headers))
        // Whatever way `body` ends, the iterator goes with this scope, and with it the connection.
        var chunks: any ByteChunks = HTTPByteChunks(iterator: response.body.makeAsyncIterator())
        return try await body(head, &chunks)
    }

    private func call(_ request: APIRequest, authorization header: String?) async throws -> APIResponse {
        let response: HTTPClient.Response
        do {
            let outgoing = try HTTPClient.Request(
                url: endpoint.baseURL + request.target, method: HTTPMethod(rawValue: request.method.rawValue),
                headers: headers(of: request, authorization: header), body: request.body.map { .bytes($0) })
            let accumulator = ResponseAccumulator(request: outgoing, maxBodySize: options.maximumResponseBytes)
            let task = clients.calls.execute(
                request: outgoing, delegate: accumulator, deadline: .now() + TimeAmount(options.callTimeout))
            response = try await withTaskCancellationHandler {
                try await task.get()
            } onCancel: {
                task.cancel()
            }
        } catch {
            throw Self.failure(error)
        }
        return APIResponse(
            status: Int(response.status.code), headers: Self.fields(of: response.headers),
            body: response.body.map { Array($0.readableBytesView) } ?? [])
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
    static func failure(_ cause: any Error) -> any Error {
        if cause is CancellationError || Task.isCancelled { return CancellationError() }
        return TransportError(cause: cause)
    }
}

/// The body of a streamed answer, read from its connection as it is asked for.
private struct HTTPByteChunks: ByteChunks {
    var iterator: HTTPClientResponse.Body.AsyncIterator

    mutating func next() async throws -> [UInt8]? {
        do {
            if let buffer = try await iterator.next(isolation: #isolation) { return Array(buffer.readableBytesView) }
        } catch {
            throw HTTPTransport.failure(error)
        }
        // A cancelled read looks like the end of the answer, which a watch would take for the server's.
        try Task.checkCancellation()
        return nil
    }
}
