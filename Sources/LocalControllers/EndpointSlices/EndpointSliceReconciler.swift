import ControllerMachines
import ControllerRuntime
import KubernetesClient
import KubernetesCore

/// Brings the slices of Services with a selector to where they should be.
struct EndpointSliceReconciler: Sendable {
    let client: Client
    let services: Store<ServiceObject>
    let pods: Store<WorkloadPod>
    let slices: Store<EndpointSliceObject>
    let ledger: SharedWriteLedger

    /// The index of slices by the Service to which they belong.
    static let byService = "service"

    private static let type = EndpointSliceObject.type

    /// Reconciles one Service; the slices of one that is gone go by their owner reference.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let service = services[key], !service.metadata.isBeingDeleted, let selector = service.podSelector else {
            return .onChange
        }
        let uid = service.metadata.uid
        guard ledger.isCaughtUp(owner: uid) else { return .after(.seconds(1)) }
        let own = slices.values(index: Self.byService, term: key.description).filter { slice in
            // What an earlier Service of that name left goes with that one.
            !slice.metadata.isBeingDeleted && slice.metadata.controller.map { $0.uid == uid } ?? true
        }
        let found = pods.values(index: LocalControllers.byNamespace, term: key.namespace ?? "")
            .filter { selector.matches($0.metadata.labels) }
        let actions = EndpointSlicePlanner.plan(
            EndpointSlicePlanner.Observed(service: service, pods: found, slices: own))
        for action in actions { try await perform(action, service) }
        return .onChange
    }

    private func perform(_ action: EndpointSlicePlanner.Action, _ service: ServiceObject) async throws {
        let uid = service.metadata.uid
        switch action {
        case .create(let content):
            let metadata: JSONValue = [
                "generateName": .string("\(service.metadata.name)-"),
                "labels": .object(content.labels.mapValues { .string($0) }),
                "ownerReferences": [
                    try KubernetesJSON.value(
                        of: OwnerReference(controller: ServiceObject.type, metadata: service.metadata))
                ],
            ]
            var object = try Self.body(content)
            object["apiVersion"] = .string(Self.type.gvk.apiVersion)
            object["kind"] = .string(Self.type.gvk.kind)
            object["metadata"] = metadata
            object["addressType"] = "IPv4"
            do {
                let answer = try await client.create(Self.type, namespace: service.metadata.namespace, object)
                ledger.wrote(owner: uid, Self.type, answer: answer)
            } catch let error as APIError where error.isNamespaceTerminating {
                return
            }
        case .update(let slice, let content):
            var labels = content.labels.mapValues { JSONValue.string($0) }
            for name in slice.metadata.labels.keys where labels[name] == nil { labels[name] = .null }
            var metadata: JSONValue = ["uid": .string(slice.metadata.uid), "labels": .object(labels)]
            metadata["resourceVersion"] = (slice.metadata.resourceVersion?.rawValue).map { .string($0) }
            var patch = try Self.body(content)
            patch["metadata"] = metadata
            let answer = try await client.patch(Self.type, slice.key, patch)
            ledger.wrote(owner: uid, Self.type, answer: answer)
        case .delete(let slice):
            do {
                try await client.delete(
                    Self.type, slice.key, DeleteOptions(preconditions: .init(uid: slice.metadata.uid)))
            } catch let error as APIError where error.isNotFound {
                return
            }
        }
    }

    private static func body(_ content: EndpointSlicePlanner.Content) throws -> JSONValue {
        [
            "endpoints": try KubernetesJSON.value(of: content.endpoints),
            "ports": try KubernetesJSON.value(of: content.ports),
        ]
    }
}
