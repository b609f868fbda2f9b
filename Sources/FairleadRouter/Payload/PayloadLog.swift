import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization

/// Sends the payloads of requests to whoever collects them.
///
/// Guarantees: a request never waits for it; what cannot be sent soon is dropped and counted; the bodies that it holds,
/// and those that samples collect for it, are bounded in sum.
final class PayloadLog: Service {
    /// Why an event was not delivered.
    enum Loss: String, Sendable, CaseIterable {
        /// Too many waited.
        case full = "queue-full"
        /// The body is larger than a logged one may be.
        case tooLarge = "too-large"
        /// The taker said no, or nothing.
        case refused = "refused"
        /// The router ended first.
        case ended = "ended"
    }

    /// The most bytes of a body that is logged.
    static let maximumBody = 1 << 20
    /// The most bytes of all bodies that are being collected.
    static let maximumCollected = 64 << 20

    private struct State {
        var queue = PayloadQueue()
        var sent: UInt64 = 0
        var losses: [Loss: UInt64] = [:]
        /// Until when what waits is still sent.
        var end: NIODeadline?
        var isOver = false
    }

    private static let timeout = TimeAmount.seconds(10)

    private let logger: Logger
    private let state = Mutex(State())
    private let collected = Atomic(0)
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(logger: Logger) {
        self.logger = logger
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// How many events were sent, and how many were not, by reason.
    var totals: (sent: UInt64, losses: [Loss: UInt64]) { state.withLock { ($0.sent, $0.losses) } }

    /// Takes an event; never waits.
    func add(_ event: PayloadEvent) {
        state.withLock { state in
            if state.isOver {
                state.losses[.ended, default: 0] += 1
                return
            }
            let lost = state.queue.add(event)
            if lost > 0 { state.losses[.full, default: 0] += UInt64(lost) }
        }
        signal.yield()
    }

    /// Counts an event that never came to be.
    func lose(_ reason: Loss) { state.withLock { $0.losses[reason, default: 0] += 1 } }

    /// Makes room for a part of a body that is being collected; whether there is any.
    func reserve(_ bytes: Int) -> Bool {
        if collected.wrappingAdd(bytes, ordering: .relaxed).newValue <= Self.maximumCollected { return true }
        release(bytes)
        return false
    }

    /// Frees room of bodies that are no longer collected.
    func release(_ bytes: Int) { collected.wrappingSubtract(bytes, ordering: .relaxed) }

    /// Sends until it is told to end, and then for a while what waits; the rest is counted.
    func run() async throws {
        var configuration = HTTPClient.Configuration()
        configuration.timeout = .init(connect: .seconds(5), read: Self.timeout)
        // A taker gets what it was named for, and leads nobody to another place.
        configuration.redirectConfiguration = .disallow
        // The queue says how much goes to whom: takers at one host must not wait for each other's connections.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await _ in signals {
                    while !Task.isCancelled, let event = next() {
                        group.addTask { await self.send(event, by: client) }
                    }
                    if isAtEnd { break }
                }
            }
        } onGracefulShutdown: {
            self.state.withLock { $0.end = .now() + Self.timeout }
            self.signal.yield()
        }
        state.withLock { state in
            state.isOver = true
            while let event = state.queue.next() {
                state.queue.sent(event)
                state.losses[.ended, default: 0] += 1
            }
        }
        try? await client.shutdown()
    }

    private func next() -> PayloadEvent? {
        state.withLock { state in
            if let end = state.end, end <= .now() { return nil }
            return state.queue.next()
        }
    }

    /// Whether nothing more is to be sent: each event that is sent tells when it is done, and then this is asked again.
    private var isAtEnd: Bool {
        state.withLock { state in state.end.map { state.queue.count == 0 || $0 <= .now() } ?? false }
    }

    private func send(_ event: PayloadEvent, by client: HTTPClient) async {
        var request = HTTPClientRequest(url: event.url)
        request.method = .POST
        for (name, value) in event.headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(event.body)
        var problem: String?
        do {
            let answer = try await client.execute(request, timeout: Self.timeout)
            if !(200..<300).contains(answer.status.code) { problem = "status \(answer.status.code)" }
        } catch {
            problem = "\(error)"
        }
        state.withLock { state in
            state.queue.sent(event)
            if problem == nil { state.sent += 1 } else { state.losses[.refused, default: 0] += 1 }
        }
        signal.yield()
        if let problem {
            logger.debug(
                "payload not delivered",
                metadata: ["service": "\(event.service)", "url": "\(event.url)", "problem": "\(problem)"])
        }
    }
}
