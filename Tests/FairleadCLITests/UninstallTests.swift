import ClusterTesting
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import LocalAPIServer
import Logging
import Synchronization
import Testing

@testable import FairleadCLI

/// An API server without Fairlead's kinds: nothing here may need them.
@Suite("Uninstalling")
struct UninstallTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])

        func contain(_ text: String) -> Bool { all.withLock { $0.contains { $0.contains(text) } } }
    }

    private static let finalizer = "fairlead.dev/outcome"
    private static let controller = ObjectKey(namespace: "fairlead-system", name: "fairlead-controller")

    private let server: LocalAPIServer
    private let client: Client
    private let faults: FaultyTransport
    private let lines = Lines()

    init() async throws {
        server = try await LocalAPIServer(
            configuration: LocalAPIServer.Configuration(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        client = Client(transport: InProcessTransport(server))
        faults = FaultyTransport(InProcessTransport(server))
        for name in ["fairlead-system", "a", "b"] {
            try await client.create(
                .namespace, namespace: nil,
                ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
        }
    }

    private func uninstaller(namespaces: [String] = []) -> Uninstaller {
        let lines = lines
        return Uninstaller(
            client: Client(transport: faults), controller: Self.controller, namespaces: namespaces, quiet: .zero,
            pause: .milliseconds(5)
        ) { line in lines.all.withLock { $0.append(line) } }
    }

    private func createPod(
        _ namespace: String, _ name: String, finalizers: [JSONValue] = [.string(finalizer)],
        labels: JSONValue = ["app.kubernetes.io/managed-by": "fairlead"]
    ) async throws {
        try await client.create(
            .pod, namespace: namespace,
            [
                "apiVersion": "v1", "kind": "Pod",
                "metadata": ["name": .string(name), "labels": labels, "finalizers": .array(finalizers)],
                "spec": ["containers": [["name": "main", "image": "x"]]],
            ])
    }

    private func createController(replicas: JSONValue = 2) async throws {
        let labels: JSONValue = ["app": "fairlead", "part": "controller"]
        try await client.create(
            Uninstaller.deployment, namespace: Self.controller.namespace,
            [
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(Self.controller.name)],
                "spec": [
                    "replicas": replicas, "selector": ["matchLabels": labels],
                    "template": [
                        "metadata": ["labels": labels], "spec": ["containers": [["name": "main", "image": "x"]]],
                    ],
                ],
            ])
        try await createPod("fairlead-system", "controller-1", finalizers: [], labels: labels)
    }

    private func finalizers(_ namespace: String, _ name: String) async throws -> [String] {
        try await client.get(PodView.self, ObjectKey(namespace: namespace, name: name)).metadata.finalizers
    }

    @Test("lets go of its own pods in all namespaces, of nothing else, and may be run again")
    func releasesOwnPods() async throws {
        try await createPod("a", "one")
        try await createPod("a", "two", finalizers: [.string(Self.finalizer), "example.dev/other"])
        for index in 0..<40 { try await createPod("b", "many-\(index)") }
        try await createPod("b", "foreign", finalizers: ["example.dev/other"])
        try await uninstaller().run(timeout: .seconds(60))
        #expect(try await finalizers("a", "one") == [])
        #expect(try await finalizers("a", "two") == ["example.dev/other"])
        #expect(try await finalizers("b", "foreign") == ["example.dev/other"])
        for index in 0..<40 { #expect(try await finalizers("b", "many-\(index)") == []) }
        #expect(lines.contain("released 42 pods"))
        try await uninstaller().run(timeout: .seconds(60))
        #expect(lines.contain("no pod is kept"))
    }

    @Test("keeps to the namespaces that were named")
    func namespaces() async throws {
        try await createPod("a", "one")
        try await createPod("b", "two")
        try await uninstaller(namespaces: ["a"]).run(timeout: .seconds(60))
        #expect(try await finalizers("a", "one") == [])
        #expect(try await finalizers("b", "two") == [Self.finalizer])
    }

    @Test("ends the controller first, and lets go of nothing before its pods are gone")
    func endsController() async throws {
        try await createController()
        try await createPod("a", "one")
        let uninstaller = uninstaller()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await uninstaller.run(timeout: .seconds(60)) }
            try await eventually("it waits for the controller") { lines.contain("waiting for 1 pod of the controller") }
            let deployment = try await client.get(Uninstaller.deployment, Self.controller)
            #expect(deployment["spec"]?["replicas"] == 0)
            #expect(try await finalizers("a", "one") == [Self.finalizer])
            try await client.delete(
                .pod, ObjectKey(namespace: "fairlead-system", name: "controller-1"),
                DeleteOptions(gracePeriodSeconds: 0))
            try await group.waitForAll()
        }
        #expect(try await finalizers("a", "one") == [])
    }

    @Test("a controller whose pods do not end is told when the time is over, with its pods kept")
    func controllerStays() async throws {
        try await createController()
        try await createPod("a", "one")
        let error = await #expect(throws: CommandError.self) {
            try await uninstaller().run(timeout: .milliseconds(50))
        }
        #expect(error?.message.contains("fairlead-system/controller-1") == true)
        #expect(try await finalizers("a", "one") == [Self.finalizer])
    }

    @Test("frees a namespace that is being deleted")
    func terminatingNamespace() async throws {
        try await createPod("a", "one")
        let (server, client) = (server, client)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            try await client.delete(.namespace, ObjectKey(namespace: nil, name: "a"))
            try await eventually("the pod is being deleted") {
                try await client.get(PodView.self, ObjectKey(namespace: "a", name: "one")).metadata.isBeingDeleted
            }
            try await uninstaller().run(timeout: .seconds(60))
            try await eventually("the namespace is gone") {
                do {
                    _ = try await client.get(.namespace, ObjectKey(namespace: nil, name: "a"))
                    return false
                } catch let error as APIError where error.isNotFound {
                    return true
                }
            }
        }
    }

    @Test("goes on through failures that pass, and says what stands in the way of one that does not")
    func failures() async throws {
        for index in 0..<5 { try await createPod("a", "pod-\(index)") }
        let calls = Mutex(0)
        faults.decide { _ in
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            // Two calls in a row succeed now and then: one that lists, one that releases.
            switch call % 9 {
            case 0: return .refuse(status: 500, reason: "InternalError")
            case 3: return .noConnection
            case 5: return .loseAnswer
            case 6: return .refuse(status: 409, reason: "Conflict")
            default: return nil
            }
        }
        try await uninstaller().run(timeout: .seconds(60))
        for index in 0..<5 { #expect(try await finalizers("a", "pod-\(index)") == []) }

        try await createPod("a", "last")
        faults.decide { $0.method == .patch ? .refuse(status: 403, reason: "Forbidden") : nil }
        await #expect(throws: APIError.self) { try await uninstaller().run(timeout: .seconds(60)) }
        faults.decide { $0.method == .patch ? .refuse(status: 500, reason: "InternalError") : nil }
        await #expect(throws: CommandError.self) { try await uninstaller().run(timeout: .milliseconds(50)) }
        #expect(try await finalizers("a", "last") == [Self.finalizer])
    }

    @Test("a controller that works elsewhere and keeps pods anew is told")
    func otherController() async throws {
        let lists = Mutex(0)
        faults.decide { request in
            if request.method == .get, request.path.hasSuffix("/pods") { lists.withLock { $0 += 1 } }
            return nil
        }
        try await createPod("a", "first")
        var uninstaller = uninstaller()
        uninstaller.quiet = .milliseconds(500)
        let running = uninstaller
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await running.run(timeout: .seconds(60)) }
            // The second list finds none; what comes now is made by somebody who is still there.
            try await eventually("nothing is left") { lists.withLock { $0 } == 2 }
            try await createPod("a", "anew")
            await #expect(throws: CommandError.self) { try await group.waitForAll() }
        }
    }
}
