import Testing

/// Waits for a condition, for at most a minute of the system's time.
///
/// - Parameters:
///   - comment: What is waited for.
///   - doing: Done before each look, such as turning a clock.
///   - condition: What is waited for.
func eventually(
    _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation, doing: () -> Void = {},
    _ condition: () -> Bool
) async throws {
    let end = ContinuousClock.now.advanced(by: .seconds(60))
    while !condition() {
        if ContinuousClock.now > end {
            Issue.record(comment, sourceLocation: sourceLocation)
            throw CancellationError()
        }
        doing()
        try await Task.sleep(for: .milliseconds(1))
    }
}

/// Checks that a wait ends when its task is cancelled, whether it had begun to wait by then or not.
///
/// - Parameters:
///   - comment: What waits.
///   - isWaiting: Whether it has begun to wait, where that can be seen from outside.
///   - body: What waits.
func expectEndsWhenCancelled(
    _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation, isWaiting: () -> Bool = { true },
    _ body: @escaping @Sendable () async throws -> Void
) async throws {
    for waitsBefore in [false, true] {
        // A task of its own is what a cancellation needs; it is awaited below.
        let task = Task { try await body() }
        if waitsBefore {
            try await eventually(comment, sourceLocation: sourceLocation, isWaiting)
            try await Task.sleep(for: .milliseconds(5))
        }
        task.cancel()
        let ended = Ended()
        let observer = Task {
            _ = await task.result
            ended.set()
        }
        try await eventually(comment, sourceLocation: sourceLocation) { ended.isSet }
        await observer.value
    }
}
