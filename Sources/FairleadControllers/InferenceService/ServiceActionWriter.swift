import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Performs a service's actions in order; the first that fails ends the plan, and the next one begins from what is.
struct ServiceActionWriter: Sendable {
    let client: Client
    let registry: ServiceRegistry
    let ledger: SharedWriteLedger
    let clock: any RuntimeClock
    /// Tells an event about a service; never fails.
    let record: @Sendable (PlannedEvent, InferenceService) -> Void

    /// Performs actions.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`, for the reconcile to be tried again.
    func perform(_ actions: [InferenceServiceAction], service: InferenceService) async throws {
        for action in actions {
            switch action {
            case .create(let type, let name, let object):
                guard try await create(type, name, object, service) else { return }
            case .patch(let type, let name, let change): try await patch(type, name, change, service)
            case .route(let name, let route):
                guard try await self.route(name, route, service) else { return }
            case .patchStatus(let status):
                let answer = try await client.writeStatus(service, KubernetesJSON.value(of: status))
                if let answer { registry.wrote(try KubernetesJSON.decode(InferenceService.self, from: answer)) }
            case .delete(let type, let name, let uid): try await delete(type, name, uid: uid, service)
            case .note(let event): record(event, service)
            }
        }
    }

    private func key(_ name: String, _ service: InferenceService) -> ObjectKey {
        ObjectKey(namespace: service.metadata.namespace, name: name)
    }

    /// Makes an object of the service's; one that is there is the service's, or stands in its way.
    ///
    /// - Returns: Whether it is there; a refusal is remembered.
    private func create(
        _ type: ResourceType, _ name: String, _ object: JSONValue, _ service: InferenceService
    ) async throws -> Bool {
        do {
            let answer = try await client.create(
                type, namespace: service.metadata.namespace, object,
                WriteOptions(fieldValidation: Self.mountsImage(object) ? .strict : nil))
            ledger.wrote(owner: service.metadata.uid, type, answer: answer)
            return true
        } catch let error as APIError where error.isAlreadyExists {
            return try await finds(type, name, object, service, error) != nil
        } catch let error as APIError where error.isNamespaceTerminating {
            throw TerminalError("the namespace of service \(service.key) is being terminated")
        } catch let error as APIError where error.isFinal || error.code == 403 {
            // 403: a quota that is used up, or an admission policy. It may pass: after a while it is asked again.
            refuse(type, name, TaskProblem(.invalidSpec, "\(type.gvk.kind) \(name): \(error.description)"), service)
            return false
        }
    }

    /// Whether an older server would leave the model out, with no more than a warning: it knows no image volumes.
    private static func mountsImage(_ object: JSONValue) -> Bool {
        let volumes = object[path: ["spec", "template", "spec", "volumes"]]?.arrayValue ?? []
        return volumes.contains { $0["image"] != nil }
    }

    /// The object of that name where it is the service's; where it is another's, that is remembered.
    private func finds(
        _ type: ResourceType, _ name: String, _ wanted: JSONValue, _ service: InferenceService, _ error: APIError
    ) async throws -> ObjectMeta? {
        let found = try await client.get(type, key(name, service))
        let metadata = try KubernetesJSON.decode(ObjectMeta.self, from: found["metadata"] ?? [:])
        if metadata.controller?.uid == service.metadata.uid {
            // What is on its way out must be gone before it can be made again.
            if metadata.isBeingDeleted { throw error }
            let labels = wanted[path: ["metadata", "labels"]]?.objectValue ?? [:]
            if let lost = labels.keys.sorted().first(where: { labels[$0]?.stringValue != metadata.labels[$0] }) {
                let message = "\(type.gvk.kind) \"\(name)\" has lost its label \(lost): delete it, and it is made again"
                refuse(type, name, TaskProblem(.nameTaken, message), service)
                return nil
            }
            ledger.wrote(owner: service.metadata.uid, type, answer: found)
            return metadata
        }
        // What a service of the same name left is removed in a moment.
        if metadata.controllerKey(.inferenceService) == service.key { throw error }
        let message = "\(type.gvk.kind) \"\(name)\" exists and is not of this service"
        refuse(type, name, TaskProblem(.nameTaken, message), service)
        return nil
    }

    private func refuse(_ type: ResourceType, _ name: String, _ problem: TaskProblem, _ service: InferenceService) {
        let now = clock.now
        registry.with(service.metadata.uid) { $0.didRefuse(type, name, problem, now: now) }
        // Of the Service that leads to the routers the status tells.
        guard name != service.metadata.name || type != .service else { return }
        record(PlannedEvent(isWarning: true, reason: problem.reason.rawValue, note: problem.message), service)
    }

    private func patch(
        _ type: ResourceType, _ name: String, _ change: JSONValue, _ service: InferenceService
    ) async throws {
        do {
            let answer = try await client.patch(type, key(name, service), change)
            ledger.wrote(owner: service.metadata.uid, type, answer: answer)
        } catch let error as APIError where error.isNotFound {
            // Gone: the next plan makes it.
        }
    }

    /// Makes the service's HTTPRoute, or brings it to where it should be.
    private func route(_ name: String, _ route: JSONValue, _ service: InferenceService) async throws -> Bool {
        do {
            do {
                try await client.create(.httpRoute, namespace: service.metadata.namespace, route)
            } catch let error as APIError where error.isAlreadyExists {
                guard let found = try await finds(.httpRoute, name, route, service, error) else { return false }
                let change: JSONValue = ["metadata": ["uid": .string(found.uid)], "spec": route["spec"] ?? [:]]
                try await client.patch(.httpRoute, key(name, service), change)
            }
        } catch let error as APIError where error.isNotFound || error.isFinal || error.code == 403 {
            let what = error.isNotFound ? "the cluster has no Gateway API (gateway.networking.k8s.io/v1)" : "\(error)"
            refuse(.httpRoute, name, TaskProblem(.invalidSpec, "gateway: \(what)"), service)
            return false
        }
        registry.didRoute(service.metadata.uid, route)
        return true
    }

    private func delete(
        _ type: ResourceType, _ name: String, uid: String?, _ service: InferenceService
    ) async throws {
        do {
            var uid = uid
            if uid == nil {
                let found = try await client.get(type, key(name, service))
                let metadata = try KubernetesJSON.decode(ObjectMeta.self, from: found["metadata"] ?? [:])
                guard metadata.controller?.uid == service.metadata.uid else {
                    if type == .httpRoute { registry.didRoute(service.metadata.uid, nil) }
                    return
                }
                uid = metadata.uid
            }
            let options = DeleteOptions(
                propagationPolicy: "Background", preconditions: DeleteOptions.Preconditions(uid: uid))
            try await client.delete(type, key(name, service), options)
        } catch let error as APIError where error.isNotFound {
            // Gone already.
        }
        if type == .httpRoute { registry.didRoute(service.metadata.uid, nil) }
        if type == .deployment {
            let kept = Set(registry.newest(service).status.revisions.map(\.name))
            registry.forget(service, but: kept)
        }
    }
}
