import ControllerRuntime
import FairleadAPI
import KubernetesCore
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

@testable import FairleadRouter

/// A proxy that serves `churn` in `risk` from pods on this host.
struct ProxyFixture: Sendable {
    let port: Int
    let dispatcher: Dispatcher
    let services: ServiceGroup

    /// How many requests are under way.
    var inFlight: Int { dispatcher.measures.revisions.first?.inFlight ?? 0 }

    /// The most common request.
    static let get = "GET /hello HTTP/1.1\r\nhost: churn.risk\r\n\r\n"

    /// Runs a proxy while a body runs.
    ///
    /// - Parameters:
    ///   - pods: The ports of the pods.
    ///   - grpc: Whether they speak HTTP/2.
    ///   - mirror: The port of a pod that gets copies of all requests.
    ///   - spec: The service's.
    ///   - dispatcher: Where another one than of a service that is awake is wanted.
    ///   - configure: Changes the configuration.
    static func run<T: Sendable>(
        pods: [Int], grpc: Bool = false, mirror: Int? = nil, spec: InferenceServiceSpec = InferenceServiceSpec(),
        dispatcher: Dispatcher? = nil, configure: (inout RouterConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (ProxyFixture) async throws -> T
    ) async throws -> T {
        let isOwn = dispatcher == nil
        let dispatcher = dispatcher ?? Dispatcher()
        if isOwn { dispatcher.apply(.service(service(spec, hasMirror: mirror != nil))) }
        for pod in pods { dispatcher.apply(.slice(try slice("churn-1", port: pod, grpc: grpc))) }
        if let mirror { dispatcher.apply(.slice(try slice("churn-2", port: mirror, grpc: grpc))) }
        var configuration = RouterConfiguration()
        configuration.listen = BindAddress(host: "127.0.0.1", port: 0)
        configuration.threads = 2
        configuration.drainDelay = .milliseconds(50)
        configuration.limits.tick = .milliseconds(20)
        configuration.limits.drainIdle = .milliseconds(500)
        configure(&configuration)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let front = Front(configuration: configuration, dispatcher: dispatcher, logger: logger)
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: front, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: logger))
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask {
                try await services.run()
                return nil
            }
            group.addTask {
                try await front.ready.wait()
                return try await body(
                    ProxyFixture(port: front.port ?? 0, dispatcher: dispatcher, services: services))
            }
            defer { group.cancelAll() }
            while let result = try await group.next() { if let result { return result } }
            throw Wire.Ended()
        }
    }

    private static func service(_ spec: InferenceServiceSpec, hasMirror: Bool) -> InferenceService {
        var stable = RevisionStatus(name: "churn-1", weight: 100, state: .ready)
        stable.replicas = 1
        stable.ready = 1
        stable.components = ["predictor"]
        var status = InferenceServiceStatus()
        status.revisions = [stable]
        if hasMirror {
            var mirror = stable
            mirror.name = "churn-2"
            mirror.variant = "mirror"
            mirror.weight = 0
            mirror.mirror = 100
            status.revisions.append(mirror)
        }
        return InferenceService(
            metadata: ObjectMeta(name: "churn", namespace: "risk", uid: "1"), spec: spec, status: status)
    }

    /// The slice of one pod.
    static func slice(_ revision: String, port: Int, grpc: Bool) throws -> EndpointSlice {
        try KubernetesJSON.decode(
            EndpointSlice.self,
            from: [
                "metadata": [
                    "name": .string("\(revision)-\(port)"), "namespace": "risk",
                    "labels": [
                        "fairlead.dev/inferenceservice": "churn", "fairlead.dev/revision": .string(revision),
                        "fairlead.dev/component": "predictor",
                    ],
                ],
                "addressType": "IPv4",
                "ports": [["name": grpc ? "grpc" : "http", "port": .integer(Int64(port))]],
                "endpoints": [
                    [
                        "addresses": ["127.0.0.1"], "conditions": ["ready": true],
                        "targetRef": ["kind": "Pod", "name": .string("pod-\(port)"), "namespace": "risk"],
                    ]
                ],
            ])
    }
}

/// What servers and clients of a test note, from wherever they run.
final class Notes<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    func add(_ value: Value) { values.withLock { $0.append(value) } }

    var all: [Value] { values.withLock { $0 } }

    var count: Int { all.count }
}
