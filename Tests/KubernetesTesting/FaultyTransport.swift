public import KubernetesClient
public import KubernetesCore
import PropertyTesting
import Synchronization

/// A transport that goes wrong on the way to another one, by script or by chance.
public final class FaultyTransport: Transport {
    /// What goes wrong.
    public enum Fault: Sendable, Hashable {
        /// The server answers with an error of that status and reason, without having done anything.
        case refuse(status: Int, reason: String)
        /// No connection: nothing reaches the server.
        case noConnection
        /// The server does what was asked, and its answer is lost.
        case loseAnswer
        /// The server gets the request twice; the second answer counts.
        case sendTwice
        /// The connection of a stream breaks after that many bytes.
        case cutAfter(bytes: Int)
        /// A stream ends as if the server ended it, after that many bytes.
        case endAfter(bytes: Int)
        /// The chunks of a stream are split into pieces of that many bytes.
        case split(bytes: Int)
        /// Each chunk of a stream comes twice; use it only where chunks are whole lines.
        case duplicate
    }

    /// Decides what goes wrong with a request; nil for nothing.
    public typealias Decision = @Sendable (APIRequest) -> Fault?

    /// A closure that is the lock's value itself is wrapped anew at each look at it.
    private struct Script {
        var decision: Decision
    }

    private let base: any Transport
    private let script: Mutex<Script>

    /// A transport in front of another one.
    ///
    /// - Parameters:
    ///   - base: Carries the requests.
    ///   - decision: Decides what goes wrong.
    public init(_ base: any Transport, _ decision: @escaping Decision = { _ in nil }) {
        self.base = base
        script = Mutex(Script(decision: decision))
    }

    /// A transport that goes wrong by chance, in an order that follows from a seed and the order of the requests.
    ///
    /// - Parameters:
    ///   - base: Carries the requests.
    ///   - seed: Where chance begins.
    ///   - rate: How probable a fault is for a request.
    public convenience init(_ base: any Transport, seed: UInt64, rate: Double) {
        let generator = SharedGenerator(seed: seed)
        self.init(base) { request in generator.fault(for: request, rate: rate) }
    }

    /// Changes what goes wrong from now on.
    public func decide(_ newDecision: @escaping Decision) { script.withLock { $0.decision = newDecision } }

    /// Nothing goes wrong from now on.
    public func heal() { decide { _ in nil } }

    public func send(_ request: APIRequest) async throws -> APIResponse {
        switch fault(request) {
        case .refuse(let status, let reason): return Self.refusal(status, reason)
        case .noConnection: throw TransportError(.connect, "no connection, by the test's will")
        case .loseAnswer:
            _ = try await base.send(request)
            throw TransportError(.timeout, "no answer, by the test's will")
        case .sendTwice:
            _ = try await base.send(request)
            return try await base.send(request)
        case .cutAfter, .endAfter, .split, .duplicate, nil: return try await base.send(request)
        }
    }

    public func stream<Result: Sendable>(
        _ request: APIRequest,
        _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
    ) async throws -> Result {
        let fault = fault(request)
        switch fault {
        case .refuse(let status, let reason):
            let answer = Self.refusal(status, reason)
            var chunks: any ByteChunks = WholeBody(bytes: answer.body)
            return try await body(StreamHead(status: answer.status, headers: answer.headers), &chunks)
        case .noConnection, .loseAnswer, .sendTwice:
            throw TransportError(.connect, "no connection, by the test's will")
        case .cutAfter, .endAfter, .split, .duplicate, nil: break
        }
        return try await base.stream(request) { head, chunks in
            guard let fault else { return try await body(head, &chunks) }
            var faulty: any ByteChunks = FaultyChunks(base: chunks, fault: fault)
            return try await body(head, &faulty)
        }
    }

    private func fault(_ request: APIRequest) -> Fault? {
        let decision = script.withLock { $0.decision }
        return decision(request)
    }

    private static func refusal(_ status: Int, _ reason: String) -> APIResponse {
        let body: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
            "message": "refused by the test's will", "reason": .string(reason), "code": .integer(Int64(status)),
        ]
        return APIResponse(
            status: status, headers: ["content-type": "application/json"], body: JSONWriter.bytes(body))
    }
}

/// A body that is all there.
private struct WholeBody: ByteChunks {
    var bytes: [UInt8]?

    mutating func next() async throws -> [UInt8]? {
        defer { bytes = nil }
        return bytes
    }
}

/// The chunks of a stream with something wrong.
private struct FaultyChunks: ByteChunks {
    var base: any ByteChunks
    let fault: FaultyTransport.Fault
    private var ready: [[UInt8]] = []
    private var passed = 0

    init(base: any ByteChunks, fault: FaultyTransport.Fault) {
        self.base = base
        self.fault = fault
    }

    mutating func next() async throws -> [UInt8]? {
        if !ready.isEmpty { return ready.removeFirst() }
        if case .cutAfter(let limit) = fault, passed >= limit { throw Self.cut }
        if case .endAfter(let limit) = fault, passed >= limit { return nil }
        guard let chunk = try await base.next() else { return nil }
        switch fault {
        case .cutAfter(let limit), .endAfter(let limit):
            let part = Array(chunk.prefix(limit - passed))
            passed += part.count
            return part
        case .split(let size):
            let size = max(1, size)
            ready = stride(from: 0, to: chunk.count, by: size).map { Array(chunk[$0..<min($0 + size, chunk.count)]) }
            return ready.isEmpty ? chunk : ready.removeFirst()
        case .duplicate:
            ready = [chunk]
            return chunk
        case .refuse, .noConnection, .loseAnswer, .sendTwice: return chunk
        }
    }

    private static var cut: TransportError { TransportError(.interrupted, "cut off by the test's will") }
}

/// A seeded generator for requests that come from many tasks.
private final class SharedGenerator: Sendable {
    private let generator: Mutex<SeededGenerator>

    init(seed: UInt64) { generator = Mutex(SeededGenerator(seed: seed)) }

    func fault(for request: APIRequest, rate: Double) -> FaultyTransport.Fault? {
        generator.withLock { generator in
            guard generator.chance(rate) else { return nil }
            let refusals: [FaultyTransport.Fault] = [
                .refuse(status: 429, reason: "TooManyRequests"), .refuse(status: 500, reason: "InternalError"),
                .noConnection,
            ]
            let choices: [FaultyTransport.Fault]
            if request.query("watch") == "true" {
                choices =
                    refusals + [
                        .refuse(status: 410, reason: "Expired"),
                        .cutAfter(bytes: Int(generator.next() % 4096)), .endAfter(bytes: Int(generator.next() % 4096)),
                        .split(bytes: 1 + Int(generator.next() % 64)), .duplicate,
                    ]
            } else if request.method == .get {
                choices = refusals
            } else {
                choices = refusals + [.refuse(status: 409, reason: "Conflict"), .loseAnswer, .sendTwice]
            }
            return choices.randomElement(using: &generator)
        }
    }
}
