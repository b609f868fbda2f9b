import Foundation
import KubernetesClient
import KubernetesCore
import Logging

/// Carries out ``TaintPlan`` as Kubernetes' taint eviction controller does: tells the pod why, then deletes it.
struct TaintEviction {
    let context: NodeContext
    let router: PodRouter
    /// Since when each taint is known.
    private var seen: [Taint: Date] = [:]

    init(context: NodeContext, router: PodRouter) {
        self.context = context
        self.router = router
    }

    /// Sends away what is due, and returns when the next is.
    mutating func look(pods: [PodManifest], taints: [Taint]) async -> Date? {
        let now = Date()
        seen = Dictionary(taints.map { ($0, seen[$0] ?? now) }, uniquingKeysWith: { first, _ in first })
        let evictions = TaintPlan.evictions(pods: pods, node: context.configuration.name, taints: seen)
        for eviction in evictions where eviction.at <= now {
            if await !evict(eviction) { return now.addingTimeInterval(1) }
        }
        return evictions.first { $0.at > now }?.at
    }

    private func evict(_ eviction: TaintPlan.Eviction) async -> Bool {
        let uid: JSONValue = .string(eviction.uid)
        do {
            let before = try await context.client.get(.pod, eviction.pod)[path: ["status", "conditions"]]?.arrayValue
            let condition = PodCondition(
                type: "DisruptionTarget", status: "True", reason: "DeletionByTaintManager",
                message: "Taint manager: deleting due to NoExecute taint", lastTransitionTime: Time(Date()))
            let others = (before ?? []).filter { $0["type"]?.stringValue != condition.type }
            let conditions = others + [try KubernetesJSON.value(of: condition)]
            try await context.client.patch(
                .pod, eviction.pod, ["metadata": ["uid": uid], "status": ["conditions": .array(conditions)]],
                subresource: "status")
            context.events.tell(
                NodeEvents.Event(
                    object: eviction.pod, uid: eviction.uid, reason: "TaintManagerEviction", action: "Deleting",
                    note: "Marking for deletion Pod \(eviction.pod)", reporter: "taint-eviction-controller"))
            try await context.client.delete(.pod, eviction.pod, DeleteOptions(preconditions: .init(uid: eviction.uid)))
            return true
        } catch let error as APIError where error.isNotFound || error.isConflict {
            return true
        } catch {
            context.logger.warning("a pod was not evicted", metadata: ["pod": "\(eviction.pod)", "error": "\(error)"])
            return false
        }
    }
}
