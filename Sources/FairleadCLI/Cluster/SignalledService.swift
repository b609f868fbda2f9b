import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// Runs a service until the first signal ends it in order, or the second one at once.
enum SignalledService {
    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - drain: How long an end in order may take; nil for as long as the service likes.
    ///   - cancellation: How long a cancelled service may take to end, after which the process does; nil for as long as
    ///     it likes.
    static func run(
        _ service: any Service, drain: Duration?, cancellation: Duration?, logger: Logger
    ) async throws {
        var configuration = ServiceGroupConfiguration(services: [service], logger: logger)
        configuration.maximumGracefulShutdownDuration = drain
        configuration.maximumCancellationDuration = cancellation
        let group = ServiceGroup(configuration: configuration)
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                try await group.run()
                return true
            }
            tasks.addTask {
                var isStopping = false
                for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                    if isStopping { Foundation.exit(128 + signal.rawValue) }
                    isStopping = true
                    logger.info("stopping", metadata: ["signal": "\(signal)"])
                    await group.triggerGracefulShutdown()
                }
                return false
            }
            defer { tasks.cancelAll() }
            while let isOver = try await tasks.next() {
                if isOver { return }
            }
        }
    }
}
