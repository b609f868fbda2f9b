/// Calls to the API server that don't depend on each other.
enum ConcurrentCalls {
    /// Calls of one action under way at the same time.
    static let concurrency = 32

    /// Does the same with many values, a bounded number at a time, and collects what failed.
    static func perform<Value: Sendable>(
        _ values: [Value], _ work: @escaping @Sendable (Value) async throws -> Void
    ) async -> [(Value, any Error)] {
        await withTaskGroup(of: (Value, (any Error)?).self) { group in
            var rest = values[...]
            func add(_ group: inout TaskGroup<(Value, (any Error)?)>) {
                guard let value = rest.popFirst() else { return }
                group.addTask {
                    do {
                        try await work(value)
                        return (value, nil)
                    } catch {
                        return (value, error)
                    }
                }
            }
            for _ in 0..<concurrency { add(&group) }
            var failures: [(Value, any Error)] = []
            while let (value, error) = await group.next() {
                if let error { failures.append((value, error)) }
                add(&group)
            }
            return failures
        }
    }
}
