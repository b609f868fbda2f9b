import FairleadAPI
import KubernetesCore
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

@testable import FairleadRouter

struct DispatcherTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()
    let wakes = WakeCounter()

    @Test func passesOn() throws {
        let dispatcher = try dispatcher()
        let passage = try #require(dispatcher.forward(RouteFixture.request("/v2/models/churn/infer?x=1"), on: loop))
        #expect(passage.endpoint == Endpoint(host: "10.0.0.1", port: 8080))
        #expect(passage.path == "/v2/models/churn/infer?x=1")
        #expect(passage.isRetrySafe)
        #expect(passage.revision == "churn-a")
        let byPath = RouteFixture.request("/risk/churn/v2/models/churn?x", method: .GET, host: "127.0.0.1:1")
        #expect(dispatcher.forward(byPath, on: loop)?.path == "/v2/models/churn?x")
        let root = RouteFixture.request("/risk/churn?x", method: .GET, host: "127.0.0.1:1")
        #expect(dispatcher.forward(root, on: loop)?.path == "/?x")
        let call = RouteFixture.request("/inference.GRPCInferenceService/ModelInfer", isGRPC: true)
        #expect(dispatcher.forward(call, on: loop)?.endpoint == Endpoint(host: "10.0.0.1", port: 8081, usesHTTP2: true))
    }

    @Test func saysWhatIsMissing() throws {
        let dispatcher = try dispatcher()
        let unknown = try #require(
            dispatcher.answer(RouteFixture.request(host: "price.risk.svc.cluster.local"), on: loop))
        #expect(unknown.status == .notFound)
        #expect(unknown.text.contains("price.risk.svc.cluster.local"))
        #expect(unknown.headers["Server"] == ["fairlead"])
        let byPath = RouteFixture.request("/risk/price/v2", host: "127.0.0.1:80")
        #expect(try #require(dispatcher.answer(byPath, on: loop)).text.contains("no InferenceService risk/price"))
        let call = try #require(
            dispatcher.answer(RouteFixture.request("/x/Y", host: "no.risk", isGRPC: true), on: loop))
        #expect(call.status == .ok)
        #expect(call.headers["grpc-status"] == ["12"])
    }

    @Test func aSuspendedServiceSaysSo() throws {
        let dispatcher = try dispatcher()
        dispatcher.apply(.service(try RouteFixture.service(spec: ["model": "churn@production", "suspend": true])))
        let answer = try #require(dispatcher.answer(RouteFixture.request(), on: loop))
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.text.contains("risk/churn is suspended"))
        dispatcher.apply(
            .service(
                try RouteFixture.service(revisions: [], status: ["reason": "ImagePullFailed", "message": "no image"])))
        let early = try #require(dispatcher.answer(RouteFixture.request(), on: loop))
        #expect(early.text.contains("ImagePullFailed: no image"))
    }

    /// A request for a model that sleeps wakes it and is answered when there is a pod, in the order of arrival.
    @Test func holdsAndWakes() async throws {
        let dispatcher = Dispatcher(wake: wakes.count)
        dispatcher.apply(.service(try sleeping()))
        let held = try (0..<3).map { _ in try #require(dispatcher.hold(RouteFixture.request(), on: loop)) }
        #expect(wakes.all == ["risk/churn churn-a"])
        #expect(dispatcher.report("churn-a")?.waiting == 3)
        held[1].cancel()
        await #expect(throws: CancellationError.self) { try await held[1].passage.get() }
        #expect(dispatcher.report("churn-a")?.waiting == 2)
        dispatcher.apply(.slice(try RouteFixture.slice("churn-a", addresses: ["10.0.0.1"])))
        for index in [0, 2] { #expect(try await held[index].passage.get().endpoint.host == "10.0.0.1") }
        #expect(dispatcher.report("churn-a")?.waiting == 0)
        #expect(dispatcher.forward(RouteFixture.request(), on: loop) != nil)
        #expect(dispatcher.measures.revisions.first?.counts.wakes.histogram.total == 1)
    }

    /// Who waits for a busy pod that then goes asks for another, and gives up when a model should have been awake.
    @Test func wakesForThoseWhosePodHasGone() async throws {
        let dispatcher = try dispatcher(
            spec: [
                "model": "churn@production", "timeouts": ["wake": "20ms", "request": "10m"],
                "scale": ["maxConcurrency": 1],
            ])
        let passage = try #require(dispatcher.forward(RouteFixture.request(), on: loop))
        let held = try #require(dispatcher.hold(RouteFixture.request(), on: loop))
        #expect(wakes.all.isEmpty)
        dispatcher.apply(.slice(try RouteFixture.slice("churn-a", addresses: [])))
        #expect(wakes.all == ["risk/churn churn-a"])
        let late = try await refusal(held)
        #expect(late.text.contains("spec.timeouts.wake"))
        passage.finished(PassageEnd(outcome: .answered(200), total: .zero))
    }

    @Test func holdsNoLongerThanItMayAndNoMore() async throws {
        let dispatcher = Dispatcher(wake: wakes.count)
        dispatcher.apply(.service(try sleeping(wake: "20ms", queue: 2)))
        let held = try (0..<3).map { _ in try #require(dispatcher.hold(RouteFixture.request(), on: loop)) }
        let full = try await refusal(held[2])
        #expect(full.status == .serviceUnavailable)
        #expect(full.text.contains("2 requests wait for risk/churn"))
        #expect(full.headers["Retry-After"] == ["1"])
        for index in 0..<2 {
            let late = try await refusal(held[index])
            #expect(late.status == .serviceUnavailable)
            #expect(late.text.contains("churn-a"))
            #expect(late.text.contains("spec.timeouts.wake"))
        }
        let report = try #require(dispatcher.report("churn-a"))
        #expect(report.errors == 3)
        #expect(report.waiting == 0)
        // Everybody who was told no has left the queue.
        #expect(dispatcher.hold(RouteFixture.request(), on: loop) != nil)
    }

    /// Who waits at a revision that goes, goes to the one that stays.
    @Test func nobodyIsLostWithARevision() async throws {
        let dispatcher = Dispatcher(wake: wakes.count)
        dispatcher.apply(.service(try sleeping()))
        dispatcher.apply(.slice(try RouteFixture.slice("churn-b", addresses: ["10.0.0.2"])))
        let held = try #require(dispatcher.hold(RouteFixture.request(), on: loop))
        dispatcher.apply(.service(try RouteFixture.service(revisions: [RouteFixture.revision("churn-b", weight: 100)])))
        #expect(try await held.passage.get().endpoint.host == "10.0.0.2")
        #expect(dispatcher.measures.revisions.map(\.revision) == ["churn-b"])
        let second = Dispatcher(wake: wakes.count)
        second.apply(.service(try sleeping()))
        let lost = try #require(second.hold(RouteFixture.request(), on: loop))
        second.apply(.serviceGone(ObjectKey(namespace: "risk", name: "churn")))
        #expect(try await refusal(lost).status == .notFound)
    }

    @Test func limitsAndRetries() async throws {
        let dispatcher = try dispatcher(
            spec: ["model": "churn@production", "scale": ["maxConcurrency": 1]], addresses: ["10.0.0.1", "10.0.0.2"])
        let first = try #require(dispatcher.forward(RouteFixture.request(), on: loop))
        let start = first.endpoint
        #expect(try #require(first.retry()) != start)
        #expect(first.retry() == nil)
        let second = try #require(dispatcher.forward(RouteFixture.request(), on: loop))
        #expect(second.endpoint != first.endpoint)
        let held = try #require(dispatcher.hold(RouteFixture.request(), on: loop))
        #expect(wakes.all.isEmpty)
        first.finished(PassageEnd(outcome: .answered(200), total: .milliseconds(3)))
        first.finished(PassageEnd(outcome: .failed, total: .milliseconds(3)))
        let third = try await held.passage.get()
        #expect(dispatcher.report("churn-a")?.inFlight == 2)
        second.finished(PassageEnd(outcome: .answered(503), total: .milliseconds(3)))
        third.finished(PassageEnd(outcome: .clientGone, total: .milliseconds(3)))
        let report = try #require(dispatcher.report("churn-a"))
        #expect(report.inFlight == 0)
        #expect(report.requests == 3)
        #expect(report.errors == 1)
        #expect(report.buckets.total == 2)
    }
}
