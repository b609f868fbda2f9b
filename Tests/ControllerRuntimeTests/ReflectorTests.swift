import ControllerMachines
import ControllerRuntime
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Logging
import PropertyTesting
import Testing

@Suite struct ReflectorTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs reflectors beside a test's body.
    private func run(_ reflectors: Reflector<TestObject>..., body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for reflector in reflectors { group.addTask { try await reflector.run() } }
            defer { group.cancelAll() }
            try await body()
        }
    }

    /// Turns the clock to the end of back-offs, but not to that of watches.
    private func passBackoffs(_ clock: ManualClock) {
        guard let wake = clock.nextWake, wake - clock.elapsed < .seconds(100) else { return }
        clock.advance(to: wake)
    }

    @Test("A watch goes on from the last version, with the initial state streamed or listed", arguments: [true, false])
    func followsTheServer(isStreamed: Bool) async throws {
        let server = MiniServer(isStreamed ? .offered : .refused)
        let store = Store<TestObject>()
        server.put(TestObject("a", value: 1))
        try await run(Reflector(store, client: Client(transport: server), logger: logger, clock: ManualClock())) {
            try await store.waitUntilSynced()
            #expect(store.all.map(\.value) == [1])
            try await eventually("the watch") { server.watcherCount == 1 }
            server.put(TestObject("b", value: 2))
            server.put(TestObject("a", value: 3))
            try await eventually("two events") { Set(store.all.map(\.value)) == [2, 3] }
            server.remove(TestObject.type.path(of: TestObject("a").key))
            try await eventually("the deletion") { store.all.map(\.value) == [2] }
            #expect(store.lastResourceVersion() == "104")
            // An end goes on from the last version, without a list.
            server.endWatches()
            server.put(TestObject("c", value: 4))
            try await eventually("the event after the end") { store.count == 2 }
        }
        let versions = server.requests.filter { $0.query("watch") == "true" }.map { $0.query("resourceVersion") }
        #expect(versions.prefix(isStreamed ? 2 : 3) == (isStreamed ? [nil, "104"] : [nil, "101", "104"]))
        #expect(server.requests.filter { $0.query("watch") == nil }.count == (isStreamed ? 0 : 1))
        #expect(server.requests.filter { $0.query("sendInitialEvents") != nil }.count == 1)
    }

    @Test("A server that never ends the initial state is listed after 30 s without an event, and never asked again")
    func anIgnoredStream() async throws {
        let server = MiniServer(.ignored)
        let clock = ManualClock()
        let client = Client(transport: server)
        server.put(TestObject("a"))
        let first = Store<TestObject>()
        try await run(Reflector(first, client: client, logger: logger, clock: clock)) {
            try await eventually("the watch") { server.watcherCount == 1 && clock.sleeperCount == 1 }
            clock.advance(by: .seconds(20))
            server.put(TestObject("b"))
            // The event moves the deadline, so that what slept until the old one sleeps again.
            try await eventually("the event") { server.watcherCount == 1 }
            #expect(!first.isSynced)
            try await eventually("the list", doing: { clock.advance(by: .seconds(1)) }) { first.count == 2 }
            try await eventually("the watch") { server.watcherCount == 1 }
        }
        let second = Store<TestObject>()
        try await run(Reflector(second, client: client, logger: logger, clock: clock)) {
            try await second.waitUntilSynced()
        }
        #expect(server.requests.filter { $0.query("sendInitialEvents") != nil }.count == 1)
        #expect(client.features.streamsInitialState == false)
    }

    @Test("A stream that breaks before its end leaves nothing of it in the store, and is not the end of streaming")
    func aBrokenStream() async throws {
        let server = MiniServer()
        let clock = ManualClock()
        let client = Client(
            transport: FaultyTransport(server) { request in
                request.query("sendInitialEvents") == nil ? nil : .endAfter(bytes: 200)
            })
        for name in ["a", "b", "c"] { server.put(TestObject(name)) }
        let store = Store<TestObject>()
        let heard = Record<String>()
        store.subscribe { change, _ in heard.append("\(change.key.name)\(change.isDeletion)") }
        try await run(Reflector(store, client: client, logger: logger, clock: clock)) {
            try await eventually("the list", doing: { passBackoffs(clock) }) { store.isSynced }
            #expect(heard.all.sorted() == ["afalse", "bfalse", "cfalse"])
        }
        #expect(client.features.streamsInitialState)
    }

    @Test func listsAnewWhenItsVersionIsGoneAndReportsWhatVanished() async throws {
        let server = MiniServer()
        let clock = ManualClock()
        let store = Store<TestObject>()
        let heard = Record<String>()
        store.subscribe { change, source in
            if change.isDeletion { heard.append("\(change.key.name) \(source)") }
        }
        for name in ["a", "b"] { server.put(TestObject(name)) }
        let transport = FaultyTransport(server)
        try await run(Reflector(store, client: Client(transport: transport), logger: logger, clock: clock)) {
            try await eventually("the watch") { store.isSynced && server.watcherCount == 1 }
            transport.decide { _ in .noConnection }
            server.endWatches(throwing: TransportError(.interrupted, "cut"))
            server.remove(TestObject.type.path(of: TestObject("a").key))
            server.compact()
            try await eventually("a back-off") { clock.nextWake.map { $0 < .seconds(10) } ?? false }
            #expect(store.count == 2)
            transport.heal()
            try await eventually("the list", doing: { passBackoffs(clock) }) { heard.all == ["a watch"] }
            #expect(store.keys == [TestObject("b").key])
        }
        #expect(server.requests.filter { $0.query("sendInitialEvents") == "true" }.count == 2)
    }

    @Test func aBadObjectStopsNothing() async throws {
        let server = MiniServer()
        let store = Store<TestObject>()
        let reported = Record<String>()
        func bad(_ name: String) -> JSONValue {
            ["metadata": ["name": .string(name), "namespace": "default"], "value": "no number"]
        }
        let path = TestObject.type.path(namespace: "default")
        server.put(TestObject("good", value: 1))
        server.put("\(path)/bad", bad("bad"))
        let reflector = Reflector(
            store, client: Client(transport: server), logger: logger, clock: ManualClock(),
            undecodable: { key, _ in reported.append(key?.name ?? "?") })
        try await run(reflector) {
            try await eventually("the list") { store.count == 1 && reported.all.count == 1 }
            #expect(store.all.map(\.value) == [1])
            #expect(reported.all == ["bad"])
            server.put("\(path)/good", bad("good"))
            server.put(TestObject("other", value: 2))
            try await eventually("the event after the bad one") { store.count == 2 }
            #expect(reported.all == ["bad", "good"])
            // The last state that could be read stays, also through a list.
            server.compact()
            server.endWatches()
            try await eventually("the list") { reported.count == 4 }
            #expect(store[TestObject("good").key]?.value == 1)
        }
    }

    @Test func namespacesAreFollowedEachByItself() async throws {
        let server = MiniServer()
        let store = Store<TestObject>()
        server.put(TestObject("a", namespace: "one"))
        server.put(TestObject("b", namespace: "two"))
        server.put(TestObject("c", namespace: "three"))
        let reflector = Reflector(
            store, client: Client(transport: server), namespaces: ["one", "two"], logger: logger, clock: ManualClock())
        try await run(reflector) {
            try await store.waitUntilSynced()
            #expect(Set(store.keys.map(\.name)) == ["a", "b"])
            try await eventually("the watches") { server.watcherCount == 2 }
            server.put(TestObject("d", namespace: "two"))
            server.put(TestObject("e", namespace: "three"))
            try await eventually("the event") { store.count == 3 }
        }
    }

    @Test func aWatchThatTheServerForgetsToEndIsLeft() async throws {
        let server = MiniServer()
        let clock = ManualClock()
        let store = Store<TestObject>()
        let reflector = Reflector(
            store, client: Client(transport: server), logger: logger, clock: clock, random: { 0 })
        try await run(reflector) {
            try await eventually("the watch") {
                store.isSynced && server.watcherCount == 1 && clock.sleeperCount == 1
            }
            clock.advance(by: .seconds(311))
            try await eventually("the next watch") { server.requests.filter { $0.query("watch") != nil }.count == 2 }
        }
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func endsEqualToTheServerThroughEveryFault(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let server = MiniServer(seed % 3 == 0 ? .refused : .offered)
        let clock = ManualClock()
        let store = Store<TestObject>()
        let transport = FaultyTransport(server, seed: seed, rate: 0.5)
        try await run(Reflector(store, client: Client(transport: transport), logger: logger, clock: clock)) {
            for step in 0..<300 {
                let object = TestObject("o\(Int.random(in: 0..<10, using: &random))", value: step)
                if random.chance(0.3) {
                    server.remove(TestObject.type.path(of: object.key))
                } else {
                    server.put(object)
                }
                if random.chance(0.05) { server.compact() }
                if random.chance(0.1) { server.endWatches() }
                if random.chance(0.1) { server.endWatches(throwing: TransportError(.interrupted, "cut")) }
                passBackoffs(clock)
                if step % 10 == 0 { try await Task.sleep(for: .milliseconds(1)) }
            }
            transport.heal()
            server.endWatches()
            server.put(TestObject("last"))
            try await eventually("equality, seed \(seed)", doing: { passBackoffs(clock) }) {
                let expected = server.objects(under: TestObject.type.path()).values.compactMap {
                    $0["value"]?.integerValue
                }
                return expected.sorted() == store.all.map { Int64($0.value) }.sorted()
                    && store[TestObject("last").key] != nil
            }
        }
    }
}
