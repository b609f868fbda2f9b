import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import HTTPTypes
import HummingbirdCore
import HummingbirdTLS
import KubernetesClient
import KubernetesCore
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Synchronization

/// Takes the metrics that jobs' pods push, as Kubeflow Trainer's controller does.
///
/// Guarantees: an answer of 200 means that the metrics are taken, and will be written within seconds.
final class ProgressServer: Service {
    private let serving: ProgressServing
    private let authority: ProgressAuthority
    private let authenticator: ProgressAuthenticator
    private let client: Client
    private let jobs: Store<TrainingJob>
    private let pods: Store<PodView>
    private let writer: ProgressWriter
    private let logger: Logger
    private let boundPort = Mutex<Int?>(nil)

    /// Opens when it listens.
    let ready = Readiness()

    /// The most connections at a time.
    private static let maximumConnections = 2000

    init(
        serving: ProgressServing, authority: ProgressAuthority, authenticator: ProgressAuthenticator, client: Client,
        jobs: Store<TrainingJob>, pods: Store<PodView>, writer: ProgressWriter, logger: Logger
    ) {
        self.serving = serving
        self.authority = authority
        self.authenticator = authenticator
        self.client = client
        self.jobs = jobs
        self.pods = pods
        self.writer = writer
        self.logger = logger
    }

    /// Where pods push, and by which certificates they judge; nil until it listens.
    var endpoint: ProgressEndpoint? {
        guard let port = boundPort.withLock({ $0 }), let certificates = authority.certificates else { return nil }
        let url = serving.url ?? "https://\(serving.address.host ?? "127.0.0.1"):\(port)"
        return ProgressEndpoint(url: url, certificateAuthority: certificates.authority)
    }

    func run() async throws {
        do {
            let authority = authority
            try await cancelWhenGracefulShutdown { try await authority.ready.wait() }
        } catch is CancellationError {
            return
        }
        if let host = serving.address.host { return try await serve(host) }
        do {
            // Linux takes IPv4 there too.
            try await serve("::")
        } catch is StatusServer.NotListening {
            try await serve("0.0.0.0")
        }
    }

    private func serve(_ host: String) async throws {
        // What the server says of connections that end with it is of no use to anybody.
        let quiet = Logger(label: "progress") { _ in SwiftLogNoOpLogHandler() }
        let server = try HTTPServerBuilder.tls(
            .http1(configuration: .init(idleTimeout: .seconds(120))), tlsConfiguration: try tlsConfiguration()
        ).buildServer(
            configuration: ServerConfiguration(
                address: .hostname(host, port: serving.address.port), reuseAddress: true,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet
        ) { [self] request, writer, _ in
            let response = await answer(request)
            try await writer.write(response: response.head, body: response.body)
        } onServerRunning: { [self] channel in
            let port = channel.localAddress?.port ?? serving.address.port
            boundPort.withLock { $0 = port }
            serving.listening(port)
            logger.info("jobs push metrics here", metadata: ["url": "\(endpoint?.url ?? "")"])
            ready.open()
        }
        do {
            try await cancelWhenGracefulShutdown { try await server.run() }
        } catch {
            if ready.isOpen || Task.isCancelled || error is CancellationError { return }
            throw StatusServer.NotListening(address: serving.address, cause: error)
        }
    }

    /// Each connection has the certificate of its time.
    private func tlsConfiguration() throws -> TLSConfiguration {
        guard let certificates = authority.certificates else { throw CancellationError() }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try Self.chain(certificates), privateKey: try Self.key(certificates))
        configuration.minimumTLSVersion = .tlsv12
        let authority = authority
        configuration.sslContextCallback = { _, promise in
            var override = NIOSSLContextConfigurationOverride()
            do {
                if let newest = authority.certificates, newest != certificates {
                    override.certificateChain = try Self.chain(newest)
                    override.privateKey = try Self.key(newest)
                }
                promise.succeed(override)
            } catch {
                promise.fail(error)
            }
        }
        return configuration
    }

    private static func chain(_ certificates: ProgressCertificates) throws -> [NIOSSLCertificateSource] {
        try NIOSSLCertificate.fromPEMBytes(Array(certificates.certificate.utf8)).map { .certificate($0) }
    }

    private static func key(_ certificates: ProgressCertificates) throws -> NIOSSLPrivateKeySource {
        .privateKey(try NIOSSLPrivateKey(bytes: Array(certificates.key.utf8), format: .pem))
    }

    // MARK: - Answers

    private func answer(_ request: Request) async -> Response {
        do throws(Status) {
            let report = try await take(request)
            var headers = HTTPFields()
            if let warning = HTTPField.Name("Warning") {
                for text in report.warnings.prefix(10) {
                    headers.append(HTTPField(name: warning, value: "299 - \"\(Self.quoted(text))\""))
                }
            }
            return Self.response(.ok, JSONWriter.bytes(report.document), headers)
        } catch {
            var headers = HTTPFields()
            if error.code == 401 { headers[.wwwAuthenticate] = "Bearer" }
            var document = (try? KubernetesJSON.value(of: error)) ?? .object([:])
            document["kind"] = "Status"
            document["apiVersion"] = "v1"
            document["metadata"] = [:]
            return Self.response(.init(code: error.code ?? 500), JSONWriter.bytes(document), headers)
        }
    }

    private func take(_ request: Request) async throws(Status) -> TrainerReport {
        guard let key = ProgressEndpoint.job(ofPath: request.uri.path) else {
            throw Status(code: 404, reason: "NotFound", message: "the server could not find the requested resource")
        }
        guard request.method == .post else {
            throw Status(
                code: 405, reason: "MethodNotAllowed",
                message: "the server does not allow this method on the requested resource")
        }
        let caller = try await authenticator.caller(request.headers[.authorization], job: key)
        let job = try await job(key)
        try await check(caller, job)
        let report = try TrainerReport(try await body(request), job: key.name)
        guard let reading = report.reading else { return report }
        if job.status.phase?.isTerminal == true {
            throw Status(
                code: 409, reason: "Conflict",
                message: "Operation cannot be fulfilled on trainjobs.trainer.kubeflow.org \"\(key.name)\": the job is "
                    + "finished",
                details: Status.Details(name: key.name, group: "trainer.kubeflow.org", kind: "trainjobs"))
        }
        writer.take(reading, of: job)
        return report
    }

    private func body(_ request: Request) async throws(Status) -> [UInt8] {
        do {
            let buffer = try await request.body.collect(upTo: TrainerReport.maximumBytes)
            return Array(buffer.readableBytesView)
        } catch {
            throw Status(
                code: 413, reason: "RequestEntityTooLarge",
                message: "Request entity too large: limit is \(TrainerReport.maximumBytes)")
        }
    }

    /// The job, which this replica's cache may not show yet.
    private func job(_ key: ObjectKey) async throws(Status) -> TrainingJob {
        if let job = jobs[key] { return job }
        return try await found {
            try await self.client.get(TrainingJob.self, key)
        } ifNot: {
            Status(
                code: 404, reason: "NotFound", message: "trainjobs.trainer.kubeflow.org \"\(key.name)\" not found",
                details: Status.Details(name: key.name, group: "trainer.kubeflow.org", kind: "trainjobs"))
        }
    }

    /// Refuses pods that are not the job's.
    private func check(_ caller: ProgressAuthenticator.Caller, _ job: TrainingJob) async throws(Status) {
        let key = ObjectKey(namespace: job.metadata.namespace, name: caller.name)
        func refusal() -> Status {
            ProgressAuthenticator.forbidden("pod \"\(caller.name)\" does not belong to it", job.key)
        }
        var pod = pods[key]
        if pod?.metadata.uid != caller.uid {
            pod = try await found {
                try await self.client.get(PodView.self, key)
            } ifNot: {
                refusal()
            }
        }
        guard let pod, pod.metadata.uid == caller.uid, pod.metadata.controller?.uid == job.metadata.uid else {
            throw refusal()
        }
    }

    private func found<T>(
        _ get: () async throws -> T, ifNot refusal: () -> Status
    ) async throws(Status) -> T {
        do {
            return try await get()
        } catch let error as APIError where error.isNotFound {
            throw refusal()
        } catch {
            throw Status(code: 503, reason: "ServiceUnavailable", message: "the API server could not be asked")
        }
    }

    private static func response(_ status: HTTPResponse.Status, _ body: [UInt8], _ headers: HTTPFields) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        headers[.xContentTypeOptions] = "nosniff"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    /// What may stand in a header's quotes.
    private static func quoted(_ text: String) -> String {
        var quoted = ""
        for scalar in text.unicodeScalars.prefix(200) {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\u{20}"..."\u{7E}": quoted.unicodeScalars.append(scalar)
            default: quoted += "?"
            }
        }
        return quoted
    }
}
