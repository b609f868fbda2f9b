/// Does the same with many values, a bounded number at a time.
enum BoundedWork {
    /// What became of each value, in no order.
    static func map<Value: Sendable, Outcome: Sendable>(
        _ values: [Value], limit: Int, _ work: @escaping @Sendable (Value) async throws -> Outcome
    ) async -> [Result<Outcome, any Error>] {
        await withTaskGroup(of: Result<Outcome, any Error>.self) { group in
            var outcomes: [Result<Outcome, any Error>] = []
            for (index, value) in values.enumerated() {
                if index >= limit, let outcome = await group.next() { outcomes.append(outcome) }
                group.addTask {
                    do {
                        return .success(try await work(value))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            for await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
    }
}
