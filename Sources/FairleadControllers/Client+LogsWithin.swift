import ControllerRuntime
import KubernetesClient
import KubernetesCore

extension Client {
    /// Reads a container's log; gives it up where the node takes too long to answer.
    func logs(
        _ pod: ObjectKey, _ query: LogQuery, within patience: Duration, clock: any RuntimeClock
    ) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { try await self.logs(pod, query) }
            group.addTask {
                try await clock.sleep(for: patience)
                throw TooSlow()
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }
}

/// A log that is not read since its node does not answer in time.
private struct TooSlow: Error, CustomStringConvertible {
    var description: String { "the node did not answer in time" }
}
