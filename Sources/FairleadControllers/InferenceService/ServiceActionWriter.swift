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
            case .patch(let type, let name, let change):
                guard try await repair(type, name, change, service) else { return }
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
            didRepair(type, name, service)
            try await settle(type, name, answer, service)
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
    ///
    /// - Returns: nil where the plan ends here: it is another's, or what led from it to the service was put back, and the
    ///   next plan sees the object itself.
    private func finds(
        _ type: ResourceType, _ name: String, _ wanted: JSONValue, _ service: InferenceService, _ error: APIError
    ) async throws -> ObjectMeta? {
        let found = try await client.get(type, key(name, service))
        let metadata = try KubernetesJSON.decode(ObjectMeta.self, from: found["metadata"] ?? [:])
        let isOurs = metadata.controller?.uid == service.metadata.uid
        if isOurs || metadata.controller == nil && AppliedRecord.tells(metadata, service: service.metadata.name) {
            // What is on its way out must be gone before it can be made again.
            if metadata.isBeingDeleted { throw error }
            if let change = try Self.reclaim(metadata, wanted) {
                if try await repair(type, name, change, service) {
                    let note = "\(type.gvk.kind) \(name) had lost its labels or its owner, they are put back"
                    record(PlannedEvent(isWarning: false, reason: "Restored", note: note), service)
                }
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

    /// The patch that gives an object back the labels and the owner by which it is seen as the service's; nil where it
    /// has them.
    private static func reclaim(_ metadata: ObjectMeta, _ wanted: JSONValue) throws -> JSONValue? {
        var change: JSONValue = [:]
        for (label, value) in wanted[path: ["metadata", "labels"]]?.objectValue ?? [:]
        where value.stringValue != metadata.labels[label] {
            change[path: ["metadata", "labels", label]] = value
        }
        if metadata.controller == nil, let owner = wanted[path: ["metadata", "ownerReferences"]]?.arrayValue?.first {
            let others = try metadata.ownerReferences.filter { $0.uid != owner["uid"]?.stringValue }
                .map { try KubernetesJSON.value(of: $0) }
            change[path: ["metadata", "ownerReferences"]] = .array(others + [owner])
        }
        guard change["metadata"] != nil else { return nil }
        change[path: ["metadata", "uid"]] = .string(metadata.uid)
        change[path: ["metadata", "resourceVersion"]] = metadata.resourceVersion.map { .string($0.rawValue) }
        return change
    }

    private func refuse(_ type: ResourceType, _ name: String, _ problem: TaskProblem, _ service: InferenceService) {
        let now = clock.now
        registry.with(service.metadata.uid) { $0.didRefuse(type, name, problem, now: now) }
        // Of the Service that leads to the routers the status tells.
        guard name != service.metadata.name || type != .service else { return }
        record(PlannedEvent(isWarning: true, reason: problem.reason.rawValue, note: problem.message), service)
    }

    /// Puts back what somebody changed of an object of the service's.
    ///
    /// - Returns: Whether it was; one that is refused is tried again later, and what is gone is made anew.
    private func repair(
        _ type: ResourceType, _ name: String, _ change: JSONValue, _ service: InferenceService
    ) async throws -> Bool {
        do {
            let answer = try await client.patch(type, key(name, service), change)
            didRepair(type, name, service)
            try await settle(type, name, answer, service)
            return true
        } catch let error as APIError where error.isNotFound {
            didRepair(type, name, service)
            return false
        } catch let error as APIError where error.isFinal || error.code == 403 {
            didRepair(type, name, service, isRefused: true)
            let note = "\(type.gvk.kind) \(name) was changed and can't be put back: \(error.description)"
            record(PlannedEvent(isWarning: true, reason: "NotRestored", note: note), service)
            return false
        }
    }

    private func didRepair(
        _ type: ResourceType, _ name: String, _ service: InferenceService, isRefused: Bool = false
    ) {
        let now = clock.now
        registry.with(service.metadata.uid) { $0.didRepair(type, name, isRefused: isRefused, now: now) }
    }

    /// Takes what the API server answered to a write: what it made of it itself is what was made.
    private func settle(
        _ type: ResourceType, _ name: String, _ answer: JSONValue, _ service: InferenceService
    ) async throws {
        ledger.wrote(owner: service.metadata.uid, type, answer: answer)
        guard let change = AppliedRecord.settlement(of: answer) else { return }
        do {
            let settled = try await client.patch(type, key(name, service), change)
            ledger.wrote(owner: service.metadata.uid, type, answer: settled)
        } catch let error as APIError where error.isNotFound || error.isFinal || error.code == 403 {
            // What differs is put back once, and later and later.
        }
    }

    /// Makes the service's HTTPRoute, or brings it to where it should be.
    private func route(_ name: String, _ route: JSONValue, _ service: InferenceService) async throws -> Bool {
        do {
            do {
                let answer = try await client.create(.httpRoute, namespace: service.metadata.namespace, route)
                didRepair(.httpRoute, name, service)
                try await settle(.httpRoute, name, answer, service)
            } catch let error as APIError where error.isAlreadyExists {
                guard let found = try await finds(.httpRoute, name, route, service, error) else { return false }
                var change: JSONValue = ["metadata": ["uid": .string(found.uid)], "spec": route["spec"] ?? [:]]
                change[path: ["metadata", "annotations"]] = route[path: ["metadata", "annotations"]]
                let answer = try await client.patch(.httpRoute, key(name, service), change)
                try await settle(.httpRoute, name, answer, service)
            }
        } catch let error as APIError where error.isNotFound || error.isFinal || error.code == 403 {
            let what = error.isNotFound ? "the cluster has no Gateway API (gateway.networking.k8s.io/v1)" : "\(error)"
            refuse(.httpRoute, name, TaskProblem(.invalidSpec, "gateway: \(what)"), service)
            return false
        }
        registry.with(service.metadata.uid) { $0.didRoute(route) }
        return true
    }

    private func delete(
        _ type: ResourceType, _ name: String, uid: String?, _ service: InferenceService
    ) async throws {
        var uid = uid
        do {
            if uid == nil {
                let found = try await client.get(type, key(name, service))
                let metadata = try KubernetesJSON.decode(ObjectMeta.self, from: found["metadata"] ?? [:])
                guard metadata.controller?.uid == service.metadata.uid, !metadata.isBeingDeleted else {
                    if type == .httpRoute { registry.with(service.metadata.uid) { $0.didUnroute(nil) } }
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
        if type == .httpRoute { registry.with(service.metadata.uid) { $0.didUnroute(uid) } }
        if type == .deployment {
            let kept = Set(registry.newest(service).status.revisions.map(\.name))
            registry.forget(service, but: kept)
        }
    }
}
