import KubernetesCore
import NIOHTTP1

extension Refusal {
    /// What the client is told: which bound was met, and where it is set.
    ///
    /// - Parameters:
    ///   - facts: The request's.
    ///   - gate: Where it got no place.
    ///   - queue: How many of the service's requests may wait.
    func answer(to facts: PassageFacts, at gate: Gate, queue: Int) -> LocalAnswer {
        let pods = "no pod of revision \(gate.revision) of \(gate.service)"
        let answer =
            switch self {
            case .queueFull:
                LocalAnswer(
                    .serviceUnavailable,
                    error: "\(queue) requests wait for \(gate.service), as many as may (spec.scale.queue)",
                    retryAfter: 1)
            case .notAwake:
                LocalAnswer(
                    .serviceUnavailable,
                    error: "\(pods) was ready within \(facts.wakeTimeout.text) (spec.timeouts.wake)", retryAfter: 5)
            case .deadline:
                LocalAnswer(
                    .gatewayTimeout,
                    error: "\(pods) had a free place within \(facts.timeout.text) (spec.timeouts.request)")
            }
        return facts.isGRPC ? answer.inGRPC : answer
    }
}
