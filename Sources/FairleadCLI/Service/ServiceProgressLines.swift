import FairleadAPI
import Foundation
import KubernetesCore

/// Tells an inference service as lines, one for each change: what is shown where no terminal looks on.
struct ServiceProgressLines: ProgressLines {
    private var seen: [String] = []

    /// Nothing told yet.
    init() {}

    /// The line for what changed since the last call: `churn  RollingOut  90/10  step 2 at 10%`.
    mutating func lines(_ service: InferenceService, now: Date) -> [String] {
        let status = service.status
        var parts = [service.metadata.name, status.phase?.rawValue ?? "Pending"]
        parts += [status.reason?.rawValue, status.replicas, status.traffic].compactMap(\.self)
        for rollout in status.rollouts where rollout.phase == .progressing || rollout.phase == .paused {
            parts.append("step \(rollout.step + 1) at \(rollout.weight)%")
        }
        if let message = status.message?.split(separator: "\n").first { parts.append(String(message)) }
        guard parts != seen else { return [] }
        seen = parts
        return [StyledLine(parts.filter { !$0.isEmpty }.joined(separator: "  ")).text()]
    }
}
