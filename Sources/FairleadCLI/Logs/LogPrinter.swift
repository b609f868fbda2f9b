import Foundation
import KubernetesClient
import KubernetesCore
import Synchronization

/// Prints the logs of pods, each line behind the name of its task where there is more than one.
struct LogPrinter: Sendable {
    let client: Client
    let container: String
    /// How wide the tasks' names are; nil where no names are printed.
    var nameWidth: Int?

    /// Prints a pod's log.
    ///
    /// A log that is followed is asked for again where the connection breaks; what was printed is then left out.
    ///
    /// - Parameters:
    ///   - pod: The pod.
    ///   - follow: Whether to go on until the container ends.
    /// - Throws: `Output.Closed`, `APIError`, `TransportError`.
    func print(_ pod: PodView, follow: Bool) async throws {
        let prefix = nameWidth.map { width in
            let name = LogSelection.name(of: pod)
            return name + String(repeating: " ", count: max(0, width - name.count)) + "  "
        }
        let printed = Mutex(0)
        for attempt in 0... {
            let skipped = printed.withLock { $0 }
            let seen = Mutex(0)
            do {
                try await client.streamLogs(pod.key, LogQuery(container: container), follow: follow) { line in
                    let number = seen.withLock { count in
                        count += 1
                        return count
                    }
                    guard number > skipped else { return }
                    printed.withLock { $0 = number }
                    try Output.write(Data((prefix ?? "").utf8) + Data(line) + Data([0x0A]))
                }
                return
            } catch let error as TransportError where follow && error.code != .tls && attempt < 10 {
                try await Task.sleep(for: .milliseconds(250 << min(attempt, 4)))
            }
        }
    }
}
