import KubernetesCore
import Synchronization
import Testing

@testable import LocalAPIServer

/// The resource metrics API, as metrics-server has it.
struct MetricsTests {
    /// A meter that tells what a test says.
    private final class ScriptedMeter: NodeMeter {
        private let state = Mutex<MeterReading?>(nil)

        func tell(_ reading: MeterReading?) { state.withLock { $0 = reading } }
        func reading() async -> MeterReading? { state.withLock { $0 } }
    }

    private static let base = "/apis/metrics.k8s.io/v1beta1"
    private static let pods = "\(base)/namespaces/default/pods"

    /// A server with two pods that run, one that has ended and one without a sample, and a node.
    private func make(authorization: LocalAPIServer.Authorization = .alwaysAllow) async throws -> TestServer {
        let meter = ScriptedMeter()
        let server = try await TestServer(.init(authorization: authorization, meter: meter))
        var uids: [String: String] = [:]
        for (name, phase, app) in [
            ("one", "Running", "a"), ("two", "Running", "b"), ("done", "Succeeded", "a"), ("new", "Running", "a"),
        ] {
            let path = "/api/v1/namespaces/default/pods"
            let (status, pod) = try await server.send(
                .post, path,
                [
                    "metadata": ["name": .string(name), "labels": ["app": .string(app)]],
                    "spec": ["containers": [["name": "main", "image": "i"]]],
                ])
            #expect(status == 201)
            uids[name] = pod[path: ["metadata", "uid"]]?.stringValue
            let phases = try await server.send(
                .patch, "\(path)/\(name)/status", ["status": ["phase": .string(phase)]],
                type: "application/merge-patch+json")
            #expect(phases.status == 200)
        }
        for name in ["local", "other"] {
            #expect(try await server.send(.post, "/api/v1/nodes", ["metadata": ["name": .string(name)]]).status == 201)
        }
        let usage = MeterReading.Usage(cores: 0.012_345_678, bytes: 123 << 10)
        meter.tell(
            MeterReading(
                node: "local", takenAt: try #require(Time("2026-02-03T04:05:06Z")), seconds: 10,
                usage: .init(cores: 1.5, bytes: 2 << 30),
                pods: [
                    try #require(uids["one"]): .init(seconds: 10.0125, containers: ["main": usage]),
                    try #require(uids["two"]): .init(
                        seconds: 10, containers: ["side": .init(cores: 0, bytes: 5000), "main": usage]),
                    try #require(uids["done"]): .init(seconds: 10, containers: ["main": usage]),
                ]))
        return server
    }

    @Test func discoveryTellsOfIt() async throws {
        let server = try await make()
        let groups = try await server.send(.get, "/apis").body["groups"]?.arrayValue ?? []
        let version: JSONValue = ["groupVersion": "metrics.k8s.io/v1beta1", "version": "v1beta1"]
        #expect(
            groups.filter { $0["name"] == "metrics.k8s.io" } == [
                ["name": "metrics.k8s.io", "versions": [version], "preferredVersion": version]
            ])
        #expect(try await server.send(.get, "/apis/metrics.k8s.io").body["kind"] == "APIGroup")
        let list = try await server.send(.get, Self.base).body
        #expect(list["groupVersion"] == "metrics.k8s.io/v1beta1")
        #expect(
            list["resources"] == [
                [
                    "name": "nodes", "singularName": "", "namespaced": false, "kind": "NodeMetrics",
                    "verbs": ["get", "list"],
                ],
                [
                    "name": "pods", "singularName": "", "namespaced": true, "kind": "PodMetrics",
                    "verbs": ["get", "list"],
                ],
            ])
        // Without a node that tells what is used there is no such API, as without metrics-server.
        let bare = try await TestServer()
        #expect(
            try await bare.send(.get, "/apis").body["groups"]?.arrayValue?.contains { $0["name"] == "metrics.k8s.io" }
                == false)
        #expect(try await bare.send(.get, Self.pods).status == 404)
        #expect(try await bare.send(.get, Self.base).status == 404)
    }

    @Test func podsAreTold() async throws {
        let server = try await make()
        var (status, pod) = try await server.send(.get, "\(Self.pods)/one")
        #expect(status == 200)
        #expect(pod[path: ["metadata", "creationTimestamp"]]?.stringValue.flatMap { Time($0) } != nil)
        pod[path: ["metadata", "creationTimestamp"]] = nil
        #expect(
            pod == [
                "kind": "PodMetrics", "apiVersion": "metrics.k8s.io/v1beta1",
                "metadata": ["name": "one", "namespace": "default", "labels": ["app": "a"]],
                "timestamp": "2026-02-03T04:05:06Z", "window": "10.013s",
                "containers": [["name": "main", "usage": ["cpu": "12345678n", "memory": "123Ki"]]],
            ])
        let list = try await server.send(.get, Self.pods).body
        #expect(list["kind"] == "PodMetricsList" && list["apiVersion"] == "metrics.k8s.io/v1beta1")
        #expect(list["metadata"] == [:])
        let items = list["items"]?.arrayValue ?? []
        #expect(items.map { $0[path: ["metadata", "name"]] } == ["one", "two"])
        #expect(items.allSatisfy { $0["kind"] == nil && $0["apiVersion"] == nil })
        #expect(items.last?["window"] == "10s")
        #expect(
            items.last?["containers"] == [
                ["name": "main", "usage": ["cpu": "12345678n", "memory": "123Ki"]],
                ["name": "side", "usage": ["cpu": "0", "memory": "4Ki"]],
            ])
    }

    @Test(arguments: [
        ("\(pods)?labelSelector=app%3Da", ["one"]), ("\(pods)?labelSelector=app%20in%20(b)", ["two"]),
        ("\(pods)?fieldSelector=metadata.name%3Dtwo", ["two"]), ("\(base)/pods", ["one", "two"]),
        ("\(base)/namespaces/elsewhere/pods", []), ("\(base)/nodes", ["local"]),
        ("\(base)/nodes?fieldSelector=metadata.name%3Dother", []),
    ])
    func listsAreSelected(path: String, names: [String]) async throws {
        let (status, list) = try await make().send(.get, path)
        #expect(status == 200)
        #expect(list["items"]?.arrayValue?.compactMap { $0[path: ["metadata", "name"]]?.stringValue } == names)
    }

    @Test func nodesAreTold() async throws {
        var node = try await make().send(.get, "\(Self.base)/nodes/local").body
        node[path: ["metadata", "creationTimestamp"]] = nil
        #expect(
            node == [
                "kind": "NodeMetrics", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": ["name": "local"],
                "timestamp": "2026-02-03T04:05:06Z", "window": "10s", "usage": ["cpu": "1500m", "memory": "2Gi"],
            ])
    }

    @Test(arguments: [
        (APIRequest.Method.get, "\(pods)/new", 404, #"podmetrics.metrics.k8s.io "default/new" not found"#),
        (.get, "\(pods)/done", 404, #"podmetrics.metrics.k8s.io "default/done" not found"#),
        (.get, "\(pods)/nope", 404, #"pods "nope" not found"#),
        (.get, "\(base)/nodes/other", 404, #"nodemetrics.metrics.k8s.io "other" not found"#),
        (.get, "\(base)/pods/one", 404, "the server could not find the requested resource"),
        (.get, "\(base)/things", 404, "the server could not find the requested resource"),
        (.get, "\(pods)?watch=true", 405, #"watch is not supported on resources of kind "pods.metrics.k8s.io""#),
        (.delete, "\(pods)/one", 405, "the server does not allow this method on the requested resource"),
    ])
    func whatIsNotThereIsRefused(
        method: APIRequest.Method, path: String, status: Int, message: String
    ) async throws {
        let answer = try await make().send(method, path)
        #expect(answer.status == status)
        #expect(answer.body["message"]?.stringValue == message)
    }

    @Test func peopleGetATable() async throws {
        let server = try await make()
        let table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
        let request = APIRequest(method: .get, path: Self.pods, headers: ["accept": table])
        guard case .whole(let answer) = await server.server.respond(to: request, user: .admin) else {
            Issue.record("no table")
            return
        }
        let body = try JSONParser.parse(answer.body)
        #expect(body["columnDefinitions"]?.arrayValue?.map { $0["name"] } == ["Name", "cpu", "memory", "Window"])
        #expect(
            body["rows"]?.arrayValue?.map { $0["cells"] } == [
                ["one", "12345678n", "123Ki", "10.013s"], ["two", "12345678n", "127Ki", "10s"],
            ])
    }

    @Test func whoMayViewPodsMaySeeWhatTheyUse() async throws {
        let server = try await make(authorization: .rbac)
        let binding: JSONValue = [
            "metadata": ["name": "v"],
            "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"],
            "subjects": [["apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "jane"]],
        ]
        let path = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings"
        #expect(try await server.send(.post, path, binding).status == 201)
        for (user, status) in [("jane", 200), ("joe", 403)] {
            let request = APIRequest(method: .get, path: Self.pods)
            let answer = await server.server.respond(
                to: request, user: ServerUser(name: user, groups: [ServerUser.authenticated]))
            guard case .whole(let answer) = answer else { continue }
            #expect(answer.status == status, "\(user)")
        }
    }
}
