import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Runs work that Ctrl-C and SIGTERM end in order.
enum Interruptible {
    /// Runs `work` to its end, or until a signal cancels it.
    ///
    /// - Returns: What `work` returned, nil where it was interrupted.
    /// - Throws: What `work` threw.
    static func run<Value: Sendable>(
        logger: Logger, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        let service = InterruptibleWork(work)
        let configuration = ServiceGroupConfiguration(
            services: [
                .init(
                    service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            ],
            gracefulShutdownSignals: [.sigint, .sigterm], logger: logger)
        try await ServiceGroup(configuration: configuration).run()
        return try service.outcome()
    }
}

private final class InterruptibleWork<Value: Sendable>: Service {
    private struct State {
        var isInterrupted = false
        var result: Result<Value, any Error>?
    }

    private let work: @Sendable () async throws -> Value
    private let state = Mutex(State())

    init(_ work: @escaping @Sendable () async throws -> Value) { self.work = work }

    func run() async throws {
        await withGracefulShutdownHandler {
            do {
                let value = try await cancelWhenGracefulShutdown(work)
                state.withLock { $0.result = .success(value) }
            } catch {
                // Cancelled work may end with an error of its own, which nobody needs to hear of.
                state.withLock { $0.result = $0.isInterrupted ? nil : .failure(error) }
            }
        } onGracefulShutdown: {
            self.state.withLock { $0.isInterrupted = true }
        }
    }

    func outcome() throws -> Value? { try state.withLock { $0.result }?.get() }
}
