import FairleadAPI
import KubernetesCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Testing

@testable import FairleadRouter

struct PayloadLogTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    @Test func sendsWhatAServiceWantsLogged() async throws {
        let collector = try await PayloadCollector()
        let log = PayloadLog(logger: Logger(label: "test"))
        try await withThrowingTaskGroup { group in
            group.addTask { try await log.run() }
            let dispatcher = try dispatcher(log, ["url": .string(collector.url)])
            let passage = try #require(
                dispatcher.forward(
                    RouteFixture.request(headers: ["X-Request-Id": "abc", "Content-Type": "application/x"]), on: loop))
            let sample = try #require(passage.payload)
            sample.request(ByteBuffer(string: "{\"inputs\":"))
            sample.request(ByteBuffer(string: "[]}"))
            sample.response(contentType: "text/event-stream")
            sample.response(ByteBuffer(string: "data: 1"))
            passage.finished(PassageEnd(outcome: .answered(200), total: .milliseconds(1)))
            let events = await collector.next(2).sorted { $0.body < $1.body }
            #expect(events.map(\.body) == ["data: 1", "{\"inputs\":[]}"])
            #expect(
                events.map { $0.headers["ce-type"] } == [
                    ["org.kubeflow.serving.inference.response"], ["org.kubeflow.serving.inference.request"],
                ])
            #expect(events.map { $0.headers["content-type"] } == [["text/event-stream"], ["application/x"]])
            for event in events {
                #expect(event.headers["ce-id"] == ["abc"])
                #expect(event.headers["ce-specversion"] == ["1.0"])
                #expect(event.headers["ce-inferenceservicename"] == ["churn"])
                #expect(event.headers["ce-namespace"] == ["risk"])
                #expect(event.headers["ce-endpoint"] == ["churn-a"])
                #expect(event.headers["ce-component"] == ["predictor"])
            }
            group.cancelAll()
        }
        try await collector.close()
    }

    @Test func samplesAndBounds() throws {
        let log = PayloadLog(logger: Logger(label: "test"))
        let dispatcher = try dispatcher(log, ["url": "http://127.0.0.1:1/", "sample": 0.1, "mode": "Request"])
        var samples: [PayloadSample] = []
        for _ in 0..<1000 {
            let passage = try #require(dispatcher.forward(RouteFixture.request(), on: loop))
            if let sample = passage.payload { samples.append(sample) }
            passage.payload?.request(ByteBuffer(repeating: 0, count: PayloadLog.maximumBody))
            if samples.count == 1 { passage.payload?.request(ByteBuffer(string: "x")) }
            passage.finished(PassageEnd(outcome: .answered(200), total: .zero))
        }
        #expect(abs(samples.count - 100) <= 3)
        // One body was too large; 64 MiB of the others have a place.
        #expect(log.totals.losses[.tooLarge] == 1)
        #expect(log.totals.losses[.full] == UInt64(samples.count - 1 - 64))
    }

    /// All bodies that are being collected are bounded together, and what was kept of each comes free.
    @Test func collectsNoMoreThanABoundOfAllBodies() throws {
        let log = PayloadLog(logger: Logger(label: "test"))
        let dispatcher = try dispatcher(log, ["url": "http://127.0.0.1:1/", "mode": "Request"])
        var passages: [Passage] = []
        for _ in 0..<70 {
            let passage = try #require(dispatcher.forward(RouteFixture.request(), on: loop))
            passage.payload?.request(ByteBuffer(repeating: 0, count: PayloadLog.maximumBody))
            passages.append(passage)
        }
        for passage in passages {
            passage.finished(PassageEnd(outcome: .answered(200), total: .zero))
            passage.payload?.request(ByteBuffer(string: "late"))
        }
        #expect(log.totals.losses == [.tooLarge: 6])
        #expect(log.reserve(PayloadLog.maximumCollected))
    }

    /// What waits when the router ends is still sent, more than a taker gets at a time.
    @Test func sendsTheRestAtTheEnd() async throws {
        let collector = try await PayloadCollector()
        let log = PayloadLog(logger: Logger(label: "test"))
        try await end(log, after: 50, to: collector.url)
        #expect(log.totals.sent == 50)
        #expect(log.totals.losses.isEmpty)
        #expect(await collector.next(50).count == 50)
        try await collector.close()
    }

    @Test func followsNoRedirect() async throws {
        let other = try await PayloadCollector()
        let collector = try await PayloadCollector(status: .temporaryRedirect, location: other.url)
        let log = PayloadLog(logger: Logger(label: "test"))
        try await end(log, after: 1, to: collector.url)
        #expect(log.totals.sent == 0)
        #expect(log.totals.losses == [.refused: 1])
        try await collector.close()
        try await other.close()
    }

    /// Runs a log that has events, and tells it to end at once.
    private func end(_ log: PayloadLog, after events: Int, to url: String) async throws {
        let dispatcher = try dispatcher(log, ["url": .string(url), "mode": "Request"])
        for _ in 0..<events {
            let passage = try #require(dispatcher.forward(RouteFixture.request(), on: loop))
            passage.finished(PassageEnd(outcome: .answered(200), total: .zero))
        }
        let configuration = ServiceGroupConfiguration(
            services: [
                .init(service: log), .init(service: Ender(), successTerminationBehavior: .gracefullyShutdownGroup),
            ], logger: Logger(label: "test"))
        try await ServiceGroup(configuration: configuration).run()
    }

    /// Ends its group as soon as that runs.
    private struct Ender: Service {
        func run() async throws {}
    }

    @Test func nothingIsLoggedUnasked() throws {
        let log = PayloadLog(logger: Logger(label: "test"))
        for spec in [["url": "http://x/", "sample": 0], ["uri": "s3://bucket/log/", "sample": 0]] as [JSONValue] {
            let passage = try dispatcher(log, spec).forward(RouteFixture.request(), on: loop)
            #expect(passage != nil)
            #expect(passage?.payload == nil)
        }
    }

    /// Eight who take nothing fill the places, and a ninth gets its events all the same.
    @Test(.timeLimit(.minutes(1))) func aSlowOneStarvesNobody() async throws {
        let mute = try await PayloadCollector(isMute: true)
        let collector = try await PayloadCollector()
        let log = PayloadLog(logger: Logger(label: "test"))
        try await withThrowingTaskGroup { group in
            group.addTask { try await log.run() }
            for url in (0..<8).map({ "\(mute.url)/\($0)" }) + [collector.url] {
                let dispatcher = try dispatcher(log, ["url": .string(url), "mode": "Request"])
                for _ in 0..<20 {
                    let passage = try #require(dispatcher.forward(RouteFixture.request(), on: loop))
                    passage.finished(PassageEnd(outcome: .answered(200), total: .zero))
                }
                if url != collector.url { _ = await mute.next(4) }
            }
            #expect(await collector.next(20).count == 20)
            #expect(log.totals.losses.isEmpty)
            group.cancelAll()
        }
        try await collector.close()
        try await mute.close()
    }

    /// What collects for a folder is found by its slices, and by nothing else: it is no pod of a revision.
    @Test func goesToThePodsThatCollectForAFolder() throws {
        var table = RouteTable()
        func rule(_ change: RouteChange) -> PayloadRule? { table.apply(change).last?.route?.payloads }
        let spec: JSONValue = ["model": "churn@production", "logPayloads": ["uri": "s3://bucket/log"]]
        #expect(rule(.service(try RouteFixture.service(spec: spec)))?.urls == [])
        func slice(_ ready: [(String, Bool)], family: String = "IPv4") throws -> RouteChange {
            var slice = try RouteFixture.slice(
                "churn-payloads",
                endpoints: ready.map { address, isReady in
                    [
                        "addresses": [.string(address)], "conditions": ["ready": .bool(isReady)],
                        "targetRef": ["kind": "Pod", "namespace": "risk"],
                    ]
                }, component: "payloads", family: family)
            slice.metadata.labels["fairlead.dev/revision"] = nil
            return .slice(slice)
        }
        #expect(rule(try slice([("10.0.0.7", true), ("10.0.0.8", false)]))?.urls == ["http://10.0.0.7:8080/"])
        // Where the store takes nothing, what is collected waits in the pod.
        #expect(rule(try slice([("10.0.0.8", false)]))?.urls == ["http://10.0.0.8:8080/"])
        #expect(rule(try slice([("fd00::7", true)], family: "IPv6"))?.urls == ["http://[fd00::7]:8080/"])
        let elsewhere = try RouteFixture.slice("churn-a", addresses: ["10.0.0.1"])
        let route = try #require(table.apply(.slice(elsewhere)).last?.route)
        #expect(route.payloads?.urls == ["http://[fd00::7]:8080/"])
        #expect(route.revisions.first?.entry.addresses.map(\.host) == ["10.0.0.1"])
    }

    private func dispatcher(_ log: PayloadLog, _ spec: JSONValue) throws -> Dispatcher {
        let dispatcher = Dispatcher(log: log)
        dispatcher.apply(
            .service(try RouteFixture.service(spec: ["model": "churn@production", "logPayloads": spec])))
        dispatcher.apply(.slice(try RouteFixture.slice("churn-a", addresses: ["10.0.0.1"])))
        return dispatcher
    }
}
