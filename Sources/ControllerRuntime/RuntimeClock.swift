public import Foundation

/// The time, as everything that runs sees it: the system's in production, turned by hand in tests.
public protocol RuntimeClock: Sendable {
    /// The wall clock: for what is shown to others.
    var now: Date { get }
    /// Monotonic time since any moment: for what is measured and waited for.
    var elapsed: Duration { get }
    /// Waits; throws `CancellationError` where the task is cancelled meanwhile.
    func sleep(for duration: Duration) async throws
    /// Waits for a moment of ``elapsed``; throws `CancellationError` where the task is cancelled meanwhile.
    func sleep(until moment: Duration) async throws
}

extension RuntimeClock {
    public func sleep(until moment: Duration) async throws { try await sleep(for: moment - elapsed) }
}

/// The system's clock.
public struct SystemClock: RuntimeClock {
    private static let start = ContinuousClock.now

    /// The system's clock.
    public init() {}

    public var now: Date { Date() }

    public var elapsed: Duration { Self.start.duration(to: .now) }

    public func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: max(Duration.zero, duration), clock: .continuous)
    }

    public func sleep(until moment: Duration) async throws {
        try await Task.sleep(until: Self.start.advanced(by: moment), clock: .continuous)
    }
}
