import KubernetesClient
import KubernetesCore

/// What a scheduler and a kubelet write.
extension SimulatedKubelet {
    func bind(_ pod: PodView, to node: String) async throws {
        let binding: JSONValue = [
            "apiVersion": "v1", "kind": "Binding", "metadata": ["name": .string(pod.metadata.name)],
            "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
        ]
        do {
            try await client.create(.pod, pod.key, subresource: "binding", binding)
        } catch let error as APIError where error.isConflict || error.isNotFound {
            // Bound by the attempt before this one, or gone.
        }
    }

    func remove(_ pod: PodView) async throws {
        try await delete(
            pod,
            DeleteOptions(gracePeriodSeconds: 0, preconditions: DeleteOptions.Preconditions(uid: pod.metadata.uid)))
    }

    func delete(_ pod: PodView, _ options: DeleteOptions) async throws {
        do {
            try await client.delete(.pod, pod.key, options)
        } catch let error as APIError where error.isNotFound || error.isConflict {
            // Gone already.
        }
    }

    func write(_ pod: PodView, _ status: JSONValue) async throws {
        do {
            try await client.patch(
                .pod, pod.key, ["metadata": ["uid": .string(pod.metadata.uid)], "status": status],
                as: .strategicMerge, subresource: "status")
        } catch let error as APIError where error.isNotFound || error.isConflict {
            // Gone, or another pod of that name.
        }
    }
}
