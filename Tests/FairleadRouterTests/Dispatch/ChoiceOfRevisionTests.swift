import FairleadAPI
import KubernetesCore
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import FairleadRouter

/// Which revision a request goes to, as the dispatcher has it.
struct ChoiceOfRevisionTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()
    private let wakes = WakeCounter()

    @Test func divides() throws {
        let dispatcher = try two(spec: ["model": "churn@production"], weights: (90, 10))
        var counts: [String: Int] = [:]
        for _ in 0..<1000 {
            let passage = try #require(dispatcher.forward(RouteFixture.request(), on: loop))
            counts[passage.revision, default: 0] += 1
        }
        #expect(abs((counts["churn-b"] ?? 0) - 100) <= 3)
    }

    @Test func aHeaderSticks() throws {
        let dispatcher = try two(
            spec: ["model": "churn@production", "sticky": ["header": "x-user-id"]], weights: (50, 50))
        var byUser: [String: String] = [:]
        for _ in 0..<3 {
            for user in (0..<50).map({ "user-\($0)" }) {
                let request = RouteFixture.request(headers: ["X-User-ID": user])
                let revision = try #require(dispatcher.forward(request, on: loop)).revision
                #expect(byUser[user, default: revision] == revision)
                byUser[user] = revision
            }
        }
        #expect(Set(byUser.values) == ["churn-a", "churn-b"])
    }

    @Test func aCookieIsMadeAndSticks() throws {
        let dispatcher = try two(
            spec: ["model": "churn@production", "sticky": ["cookie": "user"]], weights: (50, 50))
        for _ in 0..<20 {
            let path = "/risk/churn/v2/models/churn/infer"
            let first = try #require(dispatcher.forward(RouteFixture.request(path, host: "localhost"), on: loop))
            let field = try #require(first.setCookie)
            #expect(field.hasSuffix("; Path=/risk/churn/; HttpOnly; SameSite=Lax"))
            let cookie = String(field.prefix { $0 != ";" })
            let again = RouteFixture.request(path, host: "localhost", headers: ["Cookie": "a=b; \(cookie)"])
            let second = try #require(dispatcher.forward(again, on: loop))
            #expect(second.revision == first.revision)
            #expect(second.setCookie == nil)
        }
    }

    /// While the candidate has lost its pods, the stable revision answers; a candidate that sleeps is woken instead.
    @Test func aRevisionWithoutPodsGivesWay() throws {
        let dispatcher = try two(spec: ["model": "churn@production"], weights: (0, 100))
        dispatcher.apply(.slice(try RouteFixture.slice("churn-b", addresses: [])))
        #expect(dispatcher.hold(RouteFixture.request(), on: loop) != nil)
        let both = try two(spec: ["model": "churn@production"], weights: (1, 99))
        both.apply(.slice(try RouteFixture.slice("churn-b", addresses: [])))
        for _ in 0..<100 { #expect(both.forward(RouteFixture.request(), on: loop)?.revision == "churn-a") }
        both.apply(
            .service(
                try RouteFixture.service(
                    spec: ["model": "churn@production", "replicas": ["min": 0]],
                    revisions: [
                        RouteFixture.revision("churn-a", weight: 0),
                        RouteFixture.revision("churn-b", weight: 100, replicas: 0),
                    ])))
        #expect(both.hold(RouteFixture.request(), on: loop) != nil)
        #expect(wakes.all.last == "risk/churn churn-b")
    }

    @Test func aMirrorGetsItsShareAndChangesNothing() throws {
        let dispatcher = Dispatcher(wake: wakes.count)
        let revisions = [
            RouteFixture.revision("churn-a", weight: 100),
            RouteFixture.revision("churn-m", weight: 0, variant: "mirror", mirror: 10),
        ]
        let spec: JSONValue = ["model": "churn@production", "scale": ["maxConcurrency": 2]]
        dispatcher.apply(.service(try RouteFixture.service(spec: spec, revisions: revisions)))
        dispatcher.apply(.slice(try RouteFixture.slice("churn-a", addresses: ["10.0.0.1"])))
        dispatcher.apply(.slice(try RouteFixture.slice("churn-m", addresses: ["10.0.0.9"])))
        var copies: [Passage] = []
        for _ in 0..<1000 {
            let passage = try #require(dispatcher.forward(RouteFixture.request(), on: loop))
            #expect(passage.revision == "churn-a")
            if let copy = passage.mirror { copies.append(copy) }
            for copy in copies where copies.count == 1 { copy.finished(PassageEnd(outcome: .failed, total: .zero)) }
        }
        // The first gave its place back; the next two took the mirror's places for good: copies never wait.
        #expect(copies.count == 3)
        #expect(copies.allSatisfy { $0.revision == "churn-m" && $0.endpoint.host == "10.0.0.9" })
        let mirror = try #require(dispatcher.measures.revisions.first { $0.revision == "churn-m" })
        #expect(abs(Int(mirror.counts.lostCopies) + copies.count - 100) <= 3)
        #expect(dispatcher.report("churn-a")?.errors == 0)
    }

    @Test(
        arguments: [
            ("v1", "/v1/models/churn:explain?x", "/v1/models/churn:predict"),
            ("v2", "/v2/models/churn/explain", "/v2/models/churn/infer"),
            ("v2", "/v1/models/churn:explain", "/v2/models/churn/infer"),
        ])
    func explanationsGoToTheExplainer(spoken: String, explanation: String, prediction: String) throws {
        let dispatcher = Dispatcher(wake: wakes.count)
        let revision = RouteFixture.revision("churn-a", weight: 100, components: ["predictor", "explainer"])
        dispatcher.apply(
            .service(
                try RouteFixture.service(
                    spec: ["model": "churn@production", "protocol": .string(spoken)],
                    revisions: [revision])))
        dispatcher.apply(.slice(try RouteFixture.slice("churn-a", addresses: ["10.0.0.1"])))
        dispatcher.apply(.slice(try RouteFixture.slice("churn-a", addresses: ["10.0.0.2"], component: "explainer")))
        let explain = dispatcher.forward(RouteFixture.request(explanation), on: loop)
        #expect(explain?.endpoint.host == "10.0.0.2")
        #expect(explain?.isRetrySafe == false)
        let predict = dispatcher.forward(RouteFixture.request(prediction), on: loop)
        #expect(predict?.endpoint.host == "10.0.0.1")
        #expect(predict?.isRetrySafe == true)
    }

    /// Questions about health wake nobody, where the protocol lets the router answer.
    @Test(
        arguments: [
            ("v2", "/v2/health/live", ["live": true]), ("v2", "/v2/health/ready", ["live": true, "ready": true]),
            ("v2", "/v2", ["name": "churn", "version": "", "extensions": []]),
            ("v2", "/v2/models/churn/ready", ["name": "churn", "ready": true]),
            ("v1", "/v1/models/churn", ["name": "churn", "ready": true]), ("v1", "/v1/models", ["models": ["churn"]]),
            ("openai", "/health", [:]),
            (
                "openai", "/v1/models",
                ["object": "list", "data": [["id": "churn", "object": "model", "created": 0, "owned_by": "fairlead"]]]
            ),
            ("v2", "/v2/models/churn", nil), ("v2", "/v2/models/other/ready", nil), ("v1", "/v1/models/other", nil),
            ("openai", "/v1/chat/completions", nil),
        ] as [(String, String, JSONValue?)])
    func probes(_ name: String, _ path: String, _ expected: JSONValue?) throws {
        let dispatcher = Dispatcher(wake: wakes.count)
        let spec: JSONValue = ["model": "churn@production", "protocol": .string(name), "replicas": ["min": 0]]
        let revisions = [RouteFixture.revision("churn-a", weight: 100, replicas: 0)]
        dispatcher.apply(.service(try RouteFixture.service(spec: spec, revisions: revisions)))
        let request = RouteFixture.request(path, method: .GET)
        if let expected {
            let answer = try #require(dispatcher.answer(request, on: loop))
            #expect(answer.status == .ok)
            #expect(try KubernetesJSON.decode(JSONValue.self, from: answer.body) == expected)
            #expect(wakes.all.isEmpty)
        } else {
            try #require(dispatcher.hold(request, on: loop)).cancel()
            #expect(wakes.all == ["risk/churn churn-a"])
        }
        // Awake, it answers by itself, and probes count for nothing.
        dispatcher.apply(.slice(try RouteFixture.slice("churn-a", addresses: ["10.0.0.1"])))
        let passage = try #require(dispatcher.forward(request, on: loop))
        passage.finished(PassageEnd(outcome: .answered(200), total: .milliseconds(1)))
        #expect(dispatcher.report("churn-a")?.requests == (expected == nil ? 1 : 0))
    }
}

extension ChoiceOfRevisionTests {
    /// What a registered model takes and gives is told while it sleeps, where that is in the protocol's words.
    @Test(
        arguments: [
            ("v2", ["name": "x", "datatype": "FP64", "shape": [-1, 4], "more": 1], ["predictor"], true),
            ("v2", ["name": "x", "type": "double"], ["predictor"], false),
            ("v2", ["name": "x", "datatype": "FP65", "shape": [-1, 4]], ["predictor"], false),
            ("v2", ["name": "x", "datatype": "FP64", "shape": ["n"]], ["predictor"], false),
            ("v2", ["name": "x", "datatype": "FP64", "shape": [-1, 4]], ["predictor", "transformer"], false),
            ("v1", ["name": "x", "datatype": "FP64", "shape": [-1, 4]], ["predictor"], false),
        ] as [(String, JSONValue, [String], Bool)])
    func metadata(_ name: String, _ input: JSONValue, _ components: [String], _ isTold: Bool) throws {
        let dispatcher = Dispatcher(wake: wakes.count)
        let output: JSONValue = ["name": "y", "datatype": "INT64", "shape": [-1, 1]]
        var revision = RouteFixture.revision("churn-a", weight: 100, replicas: 0, components: components)
        revision["protocol"] = .string(name)
        revision["format"] = "sklearn"
        revision["signature"] = ["inputs": [input], "outputs": [output]]
        let spec: JSONValue = ["model": "churn@production", "protocol": .string(name), "replicas": ["min": 0]]
        dispatcher.apply(.service(try RouteFixture.service(spec: spec, revisions: [revision])))
        let path = name == "v2" ? "/v2/models/churn" : "/v1/models/churn/metadata"
        let request = RouteFixture.request(path, method: .GET)
        if isTold {
            let answer = try #require(dispatcher.answer(request, on: loop))
            let body = try KubernetesJSON.decode(JSONValue.self, from: answer.body)
            #expect(
                body == [
                    "name": "churn", "platform": "sklearn", "outputs": [output],
                    "inputs": [["name": "x", "datatype": "FP64", "shape": [-1, 4]]],
                ])
            #expect(wakes.all.isEmpty)
            // And while it wakes: it is to have a pod, and has none that is ready.
            revision["replicas"] = 1
            dispatcher.apply(.service(try RouteFixture.service(spec: spec, revisions: [revision])))
            #expect(dispatcher.answer(request, on: loop) == answer)
        } else {
            try #require(dispatcher.hold(request, on: loop)).cancel()
            #expect(wakes.all == ["risk/churn churn-a"])
        }
    }

    private func two(spec: JSONValue, weights: (Int, Int)) throws -> Dispatcher {
        let dispatcher = Dispatcher(wake: wakes.count)
        let revisions = [
            RouteFixture.revision("churn-a", weight: weights.0), RouteFixture.revision("churn-b", weight: weights.1),
        ]
        dispatcher.apply(.service(try RouteFixture.service(spec: spec, revisions: revisions)))
        dispatcher.apply(.slice(try RouteFixture.slice("churn-a", addresses: ["10.0.0.1"])))
        dispatcher.apply(.slice(try RouteFixture.slice("churn-b", addresses: ["10.0.0.2"])))
        return dispatcher
    }
}
