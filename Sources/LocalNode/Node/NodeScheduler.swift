import Foundation
import KubernetesClient
import KubernetesCore
import Logging

/// Carries out ``SchedulerPlan``: binds what fits, and tells the rest why it waits.
struct NodeScheduler {
    let context: NodeContext
    let router: PodRouter
    let labels: [String: String]

    /// Runs until the router stops or it is cancelled.
    func run() async {
        await withDiscardingTaskGroup { timers in
            await schedule(&timers)
            timers.cancelAll()
        }
    }

    private func schedule(_ timers: inout DiscardingTaskGroup) async {
        var told: [ObjectKey: String] = [:]
        var eviction = TaintEviction(context: context, router: router)
        var woken = Date.distantPast
        for await _ in router.changes {
            let (pods, assumed, known, claims) = router.snapshot
            guard let taints = known else { continue }
            if let next = await eviction.look(pods: pods, taints: taints), next != woken {
                woken = next
                timers.addTask {
                    try? await Task.sleep(for: .seconds(max(0, next.timeIntervalSinceNow)))
                    router.look()
                }
            }
            let node = SchedulerPlan.Node(
                name: context.configuration.name, labels: labels, allocatable: context.allocatable, taints: taints)
            let plan = SchedulerPlan.plan(pods: pods, assumed: assumed, claims: claims, node: node)
            var isComplete = true
            for (pod, verdict) in plan {
                switch verdict {
                case .bind: isComplete = await bind(pod) && isComplete
                case .wait(let message):
                    if told[pod.key] != message { isComplete = await explain(pod, message) && isComplete }
                }
            }
            let waiting = plan.compactMap { entry -> (ObjectKey, String)? in
                if case .wait(let message) = entry.verdict { (entry.pod.key, message) } else { nil }
            }
            told = Dictionary(waiting, uniquingKeysWith: { first, _ in first })
            guard !isComplete else { continue }
            told = [:]
            try? await Task.sleep(for: .seconds(1))
            router.look()
        }
    }

    private func bind(_ pod: PodManifest) async -> Bool {
        let name = context.configuration.name
        let body: JSONValue = [
            "apiVersion": "v1", "kind": "Binding",
            "metadata": [
                "name": .string(pod.metadata.name), "namespace": .string(pod.metadata.namespace ?? "default"),
                "uid": .string(pod.metadata.uid),
            ],
            "target": ["apiVersion": "v1", "kind": "Node", "name": .string(name)],
        ]
        do {
            _ = try await context.client.send(
                APIRequest(
                    method: .post, path: ResourceType.pod.path(of: pod.key) + "/binding",
                    headers: ["Content-Type": "application/json"], body: JSONWriter.bytes(body)))
            router.assume(pod)
            tell(pod, "Scheduled", "Binding", "Successfully assigned \(pod.key) to \(name)", isWarning: false)
            return true
        } catch let error as APIError where error.isNotFound || error.isConflict {
            // Gone or bound by somebody else: the watch will say so.
            return true
        } catch {
            context.logger.warning("a pod was not bound", metadata: ["pod": "\(pod.key)", "error": "\(error)"])
            return false
        }
    }

    private func explain(_ pod: PodManifest, _ message: String) async -> Bool {
        let before = pod.status.conditions ?? []
        let previous = before.first { $0.type == "PodScheduled" }
        if previous?.status == "False", previous?.message == message { return true }
        let condition = PodCondition(
            type: "PodScheduled", status: "False", reason: "Unschedulable", message: message,
            lastTransitionTime: previous?.status == "False" ? previous?.lastTransitionTime : Time(Date()))
        let conditions = before.filter { $0.type != "PodScheduled" } + [condition]
        do {
            let value = try KubernetesJSON.value(of: conditions)
            try await context.client.patch(
                .pod, pod.key, ["metadata": ["uid": .string(pod.metadata.uid)], "status": ["conditions": value]],
                subresource: "status")
            tell(pod, "FailedScheduling", "Scheduling", message, isWarning: true)
            return true
        } catch let error as APIError where error.isNotFound || error.isConflict {
            return true
        } catch {
            context.logger.warning("a pod's wait was not told", metadata: ["pod": "\(pod.key)", "error": "\(error)"])
            return false
        }
    }

    private func tell(_ pod: PodManifest, _ reason: String, _ action: String, _ note: String, isWarning: Bool) {
        context.events.tell(
            NodeEvents.Event(
                object: pod.key, uid: pod.metadata.uid, isWarning: isWarning, reason: reason, action: action,
                note: note,
                reporter: "default-scheduler"))
    }
}
