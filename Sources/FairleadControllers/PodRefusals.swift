import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// A pod that is to be made for a task or for a member of a job.
protocol PodOrder: Sendable {
    /// The pod's name.
    var name: String { get }
    /// The whole pod.
    var pod: JSONValue { get }
}

extension PodRequest: PodOrder {}
extension MemberRequest: PodOrder {}

/// Why pods were not made that were to be.
struct PodRefusals<Order: PodOrder> {
    /// Those that the server calls invalid, which stays so.
    var invalid: [(order: Order, error: APIError)] = []
    /// What was forbidden, by a quota that is used up or by an admission policy: it may pass.
    var forbidden: [(order: Order, message: String)] = []
    /// What went wrong beside that.
    var failure: (any Error)?

    /// Whether all pods are there.
    var isEmpty: Bool { invalid.isEmpty && forbidden.isEmpty && failure == nil }

    /// Sorts out what went wrong.
    init(_ failures: [(Order, any Error)]) {
        for (order, error) in failures {
            if let error = error as? APIError, error.isFinal {
                invalid.append((order, error))
            } else if let error = error as? APIError, error.code == 403 {
                forbidden.append((order, "pod \(order.name) was refused: \(error.description)"))
            } else {
                failure = failure ?? error
            }
        }
    }
}
