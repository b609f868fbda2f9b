import ControllerRuntime
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Testing

/// The transport that other tests rely on to go wrong.
@Suite struct FaultyTransportTests {
    private let path = TestObject.type.path(namespace: "default")

    /// What a watch of three things brings through a fault, and whether it ended as it should.
    private func watch(_ fault: FaultyTransport.Fault?) async throws -> (names: [String], error: TransportError.Code?) {
        let server = MiniServer()
        for name in ["a", "b", "c"] { server.put(TestObject(name)) }
        let client = Client(transport: FaultyTransport(server) { _ in fault })
        let names = Record<String>()
        let watch = Task {
            try await client.watch(TestObject.self, WatchQuery(resourceVersion: "100")) { result in
                if case .success(.added(let object)) = result { names.append(object.metadata.name) }
                if names.count >= 3 { server.endWatches() }
            }
        }
        do {
            try await watch.value
            return (names.all, nil)
        } catch let error as TransportError {
            return (names.all, error.code)
        }
    }

    @Test func splitsCutsEndsAndRepeats() async throws {
        let line = 95
        #expect(try await watch(nil).names == ["a", "b", "c"])
        #expect(try await watch(.split(bytes: 7)).names == ["a", "b", "c"])
        #expect(try await watch(.duplicate).names.prefix(4) == ["a", "a", "b", "b"])
        let cut = try await watch(.cutAfter(bytes: line + 40))
        #expect(cut.names.count < 3)
        #expect(cut.error == .interrupted)
        let end = try await watch(.endAfter(bytes: line + 40))
        #expect(end.names.count < 3)
        #expect(end.error == nil)
        #expect(try await watch(.noConnection).error == .connect)
        await #expect(throws: APIError.self) { try await watch(.refuse(status: 410, reason: "Expired")) }
    }

    @Test func losesAnswersButNotWhatWasDone() async throws {
        let server = MiniServer()
        let transport = FaultyTransport(server) { _ in .loseAnswer }
        let client = Client(transport: transport)
        let thing: JSONValue = ["metadata": ["name": "a", "namespace": "default"], "value": 1]
        await #expect(throws: TransportError.self) {
            try await client.create(TestObject.type, namespace: "default", thing)
        }
        #expect(server.objects(under: path).count == 1)
        transport.decide { _ in .sendTwice }
        let refusal = await #expect(throws: APIError.self) {
            try await client.create(TestObject.type, namespace: "default", ["metadata": ["name": "b"]])
        }
        #expect(refusal?.isAlreadyExists == true)
        transport.decide { _ in .refuse(status: 409, reason: "Conflict") }
        await #expect(throws: APIError.self) {
            try await client.create(TestObject.type, namespace: "default", ["metadata": ["name": "c"]])
        }
        #expect(server.objects(under: path).count == 2)
    }

    @Test func theSameSeedGoesWrongTheSameWay() async throws {
        func outcomes(_ seed: UInt64) async -> [Int] {
            let transport = FaultyTransport(MiniServer(), seed: seed, rate: 0.5)
            var outcomes: [Int] = []
            for _ in 0..<40 {
                outcomes.append((try? await transport.send(APIRequest(path: path)))?.status ?? 0)
            }
            return outcomes
        }
        #expect(await outcomes(1) == outcomes(1))
        #expect(await outcomes(1) != outcomes(2))
    }
}
