import FairleadAPI
import KubernetesCore
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import FairleadRouter

/// Remembers who was to be woken.
final class WakeCounter: Sendable {
    private let wakes = Mutex<[String]>([])

    var all: [String] { wakes.withLock { $0 } }

    var count: Dispatcher.Wake {
        { service, revision in self.wakes.withLock { $0.append("\(service) \(revision)") } }
    }
}

extension LocalAnswer {
    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension Dispatcher {
    /// The passage of a request that goes on at once.
    func forward(_ request: RequestFacts, on loop: any EventLoop) -> Passage? {
        if case .forward(let passage) = dispatch(request, on: loop) { passage } else { nil }
    }

    /// The answer to a request that goes nowhere.
    func answer(_ request: RequestFacts, on loop: any EventLoop) -> LocalAnswer? {
        if case .answer(let answer) = dispatch(request, on: loop) { answer } else { nil }
    }

    /// The wait of a request that waits.
    func hold(_ request: RequestFacts, on loop: any EventLoop) -> Held? {
        if case .hold(let held) = dispatch(request, on: loop) { held } else { nil }
    }

    /// What is reported of a revision of `risk/churn`.
    func report(_ revision: String) -> RevisionReport? {
        measures.reports[ObjectKey(namespace: "risk", name: "churn")]?[revision]
    }
}

extension DispatcherTests {
    func dispatcher(
        spec: JSONValue = ["model": "churn@production"], addresses: [String] = ["10.0.0.1"]
    ) throws -> Dispatcher {
        let dispatcher = Dispatcher(wake: wakes.count)
        dispatcher.apply(.service(try RouteFixture.service(spec: spec)))
        dispatcher.apply(.slice(try RouteFixture.slice("churn-a", addresses: addresses)))
        return dispatcher
    }

    func sleeping(wake: String = "2m", queue: Int = 100) throws -> InferenceService {
        try RouteFixture.service(
            spec: [
                "model": "churn@production", "replicas": ["min": 0], "timeouts": ["wake": .string(wake)],
                "scale": ["queue": .integer(Int64(queue))],
            ], revisions: [RouteFixture.revision("churn-a", weight: 100, replicas: 0)])
    }

    func refusal(_ held: Held) async throws -> LocalAnswer {
        do {
            _ = try await held.passage.get()
        } catch {
            return try #require(error as? LocalAnswer)
        }
        throw LocalAnswer(.ok, error: "it was let in")
    }
}
