import KubernetesCore
import Synchronization
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct RequestObserverTests {
    @Test(
        "Metrics name verb and collection, never an object: their number is bounded",
        arguments: [
            ("GET", "/api/v1/namespaces/a/pods/p", "", "get pods/"),
            ("GET", "/api/v1/namespaces/a/pods", "", "list pods/"), ("GET", "/api/v1/pods", "", "list pods/"),
            ("GET", "/api/v1/pods", "watch", "watch pods/"),
            ("GET", "/api/v1/namespaces/a/pods/p/log", "", "get pods/log"),
            ("GET", "/api/v1/namespaces", "", "list namespaces/"),
            ("GET", "/api/v1/namespaces/a", "", "get namespaces/"),
            ("PATCH", "/api/v1/namespaces/a/status", "", "patch namespaces/status"),
            ("POST", "/apis/apps/v1/namespaces/a/deployments", "", "create deployments.apps/"),
            ("PUT", "/apis/apps/v1/namespaces/a/deployments/d/scale", "", "update deployments.apps/scale"),
            ("DELETE", "/apis/example.com/v1/widgets/w", "", "delete widgets.example.com/"),
            ("DELETE", "/apis/example.com/v1/widgets", "", "deletecollection widgets.example.com/"),
            ("GET", "/version", "", "get /"), ("GET", "/apis/apps/v1", "", "get /"), ("GET", "/api", "", "get /"),
        ])
    func labels(_ method: String, _ path: String, _ watch: String, _ expected: String) throws {
        var request = APIRequest(method: try #require(.init(rawValue: method)), path: path)
        if !watch.isEmpty { request.query = [.init("watch", "true")] }
        let call = ObservedCall(request, code: 200, duration: .zero)
        #expect("\(call.verb) \(call.resource)/\(call.subresource)" == expected)
    }

    private final class Recorder: RequestObserver {
        let calls = Mutex<[ObservedCall]>([])

        func finished(_ call: ObservedCall) { calls.withLock { $0.append(call) } }
    }

    @Test("Every attempt is told: answers by code, failures by cause, streams by their head")
    func attempts() async throws {
        let recorder = Recorder()
        let count = Mutex(0)
        try await TestServer.serving { exchange in
            switch count.withLock({
                $0 += 1
                return $0
            }) {
            case 1: exchange.answer(429, headers: [("Retry-After", "0")])
            case 2: exchange.answer(201)
            case 3: exchange.answer(404)
            default: exchange.cut()
            }
        } _: { server in
            let transport = try HTTPTransport(
                ClusterConfiguration(server: "http://127.0.0.1:\(server.port)"), observer: recorder)
            let apply = APIRequest(
                method: .patch, path: "/api/v1/namespaces/a/configmaps/c",
                headers: ["Content-Type": PatchType.apply.rawValue], body: Array("{}".utf8))
            _ = try await transport.send(apply)
            let watch = APIRequest(path: "/api/v1/pods", query: [.init("watch", "true")])
            _ = try await transport.stream(watch) { head, _ in head.status }
            _ = try? await transport.send(apply)
            await transport.shutdown()
        }
        let told = recorder.calls.withLock { $0 }
        #expect(told.map(\.verb) == ["apply", "apply", "watch", "apply"])
        #expect(told.map(\.code) == [429, 201, 404, nil])
        #expect(told.map(\.failure) == [nil, nil, nil, .interrupted])
        #expect(told.allSatisfy { $0.duration > .zero && $0.duration < .seconds(30) })
    }

    @Test("A program tells its name and version, and the platform")
    func userAgent() async throws {
        let name = HTTPTransport.userAgent("widget-operator", version: "1.2")
        #expect(name.wholeMatch(of: /widget-operator\/1\.2 \((linux|darwin)\/(amd64|arm64)\)/) != nil)
        #expect(HTTPTransport.Options().userAgent.hasPrefix("fairlead/\(HTTPTransport.version) ("))
    }
}
