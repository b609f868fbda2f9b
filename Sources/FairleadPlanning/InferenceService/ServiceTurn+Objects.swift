import FairleadAPI
import Foundation
import KubernetesCore

extension ServiceTurn {
    /// What is missing is made, what is left over goes once the status has been written.
    mutating func makeObjects() {
        guard let spec else { return }
        let objects = ServiceObjects(service: service, routes: settings.routes)
        makeAddress(objects)
        if let due = memory.patienceEnds(after: now) { wake = wake.sooner(of: due, now: now) }
        if spec.isSuspended { return }
        if !isThere(observed.budgets.map(\.metadata), name) {
            create(.podDisruptionBudget, name, objects.disruptionBudget)
        }
        makeRoute(spec.gateway.flatMap { objects.route($0) }.map(AppliedRecord.stamped))
        for decided in tracks {
            guard decided.problem == nil, case .success(let revision) = decided.track.wanted,
                decided.output.kept.contains(revision.name)
            else { continue }
            make(revision)
        }
    }

    private mutating func makeAddress(_ objects: ServiceObjects) {
        guard let known = observed.services.first(where: { $0.metadata.name == name && isOurs($0.metadata) }) else {
            create(.service, name, objects.address)
            return
        }
        // What somebody else made of it is put back first.
        guard known.repair == nil, known.spec.externalName != settings.routes.routerHost,
            isDue(memory.repairDue(.service, name))
        else { return }
        actions.append(.patch(.service, name: name, objects.readdressing))
    }

    /// Makes the route where it is missing or another is wanted, and removes the one that nobody wants any more.
    private mutating func makeRoute(_ wanted: JSONValue?) {
        guard memory.refusal(.httpRoute, name, now: now) == nil else { return }
        let seen = observed.routes?.first { $0.metadata.name == name && isOurs($0.metadata) }?.metadata
        if let wanted {
            let isMissing = observed.routes != nil && seen == nil
            guard wanted != memory.route || isMissing && isDue(memory.creationDue(.httpRoute, name)) else { return }
            actions.append(.route(name: name, wanted))
        } else if let seen {
            // One that others hold by a finalizer stays for as long as they want.
            guard !seen.isBeingDeleted, seen.uid != memory.unrouted else { return }
            actions.append(.delete(.httpRoute, name: name, uid: seen.uid))
        } else if memory.route != nil {
            actions.append(.delete(.httpRoute, name: name, uid: nil))
        }
    }

    private mutating func make(_ revision: WantedRevision) {
        let objects = RevisionObjects(service: service, revision: revision, settings: settings)
        for component in revision.content.components {
            let object = component.objectName(of: revision.name)
            if !isThere(observed.services.map(\.metadata), object) {
                create(.service, object, objects.headless(component))
            }
            if !isThere(observed.scripts.map(\.metadata), object), let script = objects.configMap(component) {
                create(.configMap, object, script)
            }
            guard revisions[revision.name]?.parts[component] == nil,
                let deployment = try? objects.deployment(component)
            else { continue }
            if create(.deployment, object, deployment), component == .predictor {
                let what = revision.content.model.map { " serves \($0.name)" } ?? ""
                let how = revision.runtime.map { " by runtime \($0)" } ?? ""
                tell("RevisionMade", "revision \(revision.name)\(what)\(how)")
            }
        }
    }

    /// Makes an object, but for one that was refused or made a moment ago.
    ///
    /// - Returns: Whether it is asked for.
    @discardableResult
    mutating func create(_ type: ResourceType, _ object: String, _ json: JSONValue) -> Bool {
        guard memory.refusal(type, object, now: now) == nil, isDue(memory.creationDue(type, object)) else {
            return false
        }
        actions.append(.create(type, name: object, AppliedRecord.stamped(json)))
        return true
    }

    /// What somebody changed of the service's objects is put back, whatever its spec says by now.
    mutating func putBack() {
        let isGone = Set(removed)
        let all =
            observed.deployments.map { (DeploymentView.type, $0.metadata, $0.repair) }
            + observed.services.map { (ServiceView.type, $0.metadata, $0.repair) }
            + observed.budgets.map { (DisruptionBudgetView.type, $0.metadata, $0.repair) }
            + observed.scripts.map { (ScriptView.type, $0.metadata, $0.repair) }
            + (observed.routes ?? []).map { (RouteView.type, $0.metadata, $0.repair) }
        for (type, object, repair) in all.sorted(by: { $0.1.name < $1.1.name }) {
            guard let repair, isOurs(object), !object.isBeingDeleted,
                !isGone.contains(object.labels[FairleadLabel.revision] ?? ""),
                memory.refusal(type, object.name, now: now) == nil, isDue(memory.repairDue(type, object.name))
            else { continue }
            actions.append(.patch(type, name: object.name, repair))
            let what = AppliedRecord.names(of: repair)
            tell("Restored", "\(type.gvk.kind) \(object.name) was changed by somebody else, \(what) is put back")
        }
    }

    /// Whether a moment has come; the service is looked at again where it has not.
    private mutating func isDue(_ moment: Date) -> Bool {
        guard now < moment else { return true }
        wake = wake.sooner(of: moment, now: now)
        return false
    }

    /// Deletes the revisions that may go, with everything that is theirs.
    mutating func removeObjects() {
        let isGone = Set(removed)
        for view in observed.deployments.sorted(by: { $0.metadata.name < $1.metadata.name }) {
            guard let revision = view.revision, isGone.contains(revision), !view.metadata.isBeingDeleted else {
                continue
            }
            // The Deployment tells of its ConfigMap, and so goes last.
            if view.metadata.annotations[RevisionObjects.scriptAnnotation] != nil {
                actions.append(.delete(.configMap, name: view.metadata.name, uid: nil))
            }
            actions.append(.delete(.deployment, name: view.metadata.name, uid: view.metadata.uid))
        }
        let kept = Set(tracks.flatMap(\.output.kept) + draining + resting.compactMap(\.stable))
        for view in observed.services.sorted(by: { $0.metadata.name < $1.metadata.name }) {
            guard let revision = view.metadata.labels[FairleadLabel.revision], !kept.contains(revision),
                !view.metadata.isBeingDeleted, isOurs(view.metadata)
            else { continue }
            actions.append(.delete(.service, name: view.metadata.name, uid: view.metadata.uid))
        }
    }

    mutating func tell(_ reason: String, _ note: String, isWarning: Bool = false) {
        actions.append(.note(PlannedEvent(isWarning: isWarning, reason: reason, note: note)))
    }

    private func isThere(_ objects: [ObjectMeta], _ name: String) -> Bool {
        objects.contains { $0.name == name && isOurs($0) }
    }

    private func isOurs(_ object: ObjectMeta) -> Bool { object.controller?.uid == service.metadata.uid }
}
