import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import PrometheusMetrics
import ServiceLifecycle
import Testing

@Suite struct StatusServerTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs a server around a body that asks it for pages.
    private func serve(
        _ server: StatusServer,
        _ body: (_ get: (String, APIRequest.Method) async throws -> APIResponse) async throws -> Void
    ) async throws {
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await server.ready.wait()
            let port = try #require(server.port)
            let transport = try HTTPTransport(
                ClusterConfiguration(server: "http://127.0.0.1:\(port)"),
                options: HTTPTransport.Options(retryPolicy: RetryPolicy(maximumRetries: 0)))
            try await body { path, method in
                let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
                let query = parts.count == 2 ? [APIRequest.QueryItem(parts[1], "")] : []
                return try await transport.send(APIRequest(method: method, path: parts[0], query: query))
            }
            await transport.shutdown()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test func probesAndMetricsAreServed() async throws {
        let gate = Readiness()
        var readiness = HealthProbe()
        readiness.add("caches", gate)
        let registry = MetricRegistry()
        registry.counter("c_total", "C.").increment()
        let server = StatusServer(
            BindAddress(host: "127.0.0.1", port: 0), liveness: HealthProbe(), readiness: readiness, metrics: registry,
            logger: logger)
        try await serve(server) { get in
            let early = try await get("/readyz", .get)
            #expect(early.status == 500)
            #expect(
                String(decoding: early.body, as: UTF8.self).hasSuffix("failed: not ready yet\nreadyz check failed\n"))
            for page in ["/livez", "/healthz"] {
                let live = try await get(page, .get)
                #expect(live.status == 200)
                #expect(live.body == Array("ok".utf8))
            }
            gate.open()
            #expect(try await get("/readyz", .get).status == 200)
            let verbose = try await get("/readyz?verbose", .get)
            #expect(String(decoding: verbose.body, as: UTF8.self) == "[+]caches ok\nreadyz check passed\n")
            let metrics = try await get("/metrics", .get)
            #expect(metrics.headers["content-type"] == MetricRegistry.contentType)
            #expect(String(decoding: metrics.body, as: UTF8.self) == registry.text())
            #expect(try await get("/metrics", .post).status == 405)
            #expect(try await get("/secrets", .get).status == 404)
        }
    }

    @Test func whatWasNotAskedForIsNotServed() async throws {
        let server = StatusServer(BindAddress(port: 0), liveness: HealthProbe(), logger: logger)
        try await serve(server) { get in
            for (page, status) in [("/livez", 200), ("/readyz", 404), ("/metrics", 404)] {
                let answer = try await get(page, .get)
                #expect(answer.status == status)
            }
        }
    }

    @Test func aPortThatIsTakenIsTold() async throws {
        let first = StatusServer(BindAddress(host: "127.0.0.1", port: 0), liveness: HealthProbe(), logger: logger)
        try await serve(first) { _ in
            let port = try #require(first.port)
            let second = StatusServer(BindAddress(host: "127.0.0.1", port: port), logger: logger)
            let error = await #expect(throws: StatusServer.NotListening.self) { try await second.run() }
            #expect("\(try #require(error))".hasPrefix("cannot listen at 127.0.0.1:\(port): "))
        }
    }

    @Test func endsWhenCancelled() async throws {
        let server = StatusServer(BindAddress(host: "127.0.0.1", port: 0), logger: logger)
        try await expectEndsWhenCancelled("StatusServer", isWaiting: { server.ready.isOpen }) { try await server.run() }
    }

    @Test func addressesAreRead() {
        #expect(BindAddress(":8080") == BindAddress(port: 8080))
        #expect(BindAddress("127.0.0.1:0") == BindAddress(host: "127.0.0.1", port: 0))
        #expect(BindAddress("[::1]:81") == BindAddress(host: "::1", port: 81))
        #expect(BindAddress("[::1]:81")?.description == "[::1]:81")
        for text in ["", "0", "8080", "::1:81", ":65536", "host:", ":-1"] { #expect(BindAddress(text) == nil) }
    }
}
