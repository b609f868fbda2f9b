import FairleadAPI
import KubernetesCore

/// What collects a service's payloads, as far as it can be made.
struct PayloadWish {
    /// The Deployment's name and itself, or why there can be none.
    var deployment: Result<(name: String, object: JSONValue), TaskProblem>
    var objects: PayloadObjects
}

extension ServiceTurn {
    /// Nil where no folder is named, or nothing runs.
    var payloadWish: PayloadWish? {
        guard let spec, !spec.isSuspended, let uri = spec.logPayloads?.uri else { return nil }
        let objects = PayloadObjects(service: service, uri: uri, settings: settings)
        do throws(TaskProblem) {
            return PayloadWish(deployment: .success(try objects.deployment()), objects: objects)
        } catch {
            return PayloadWish(deployment: .failure(error), objects: objects)
        }
    }

    private var collectors: [DeploymentView] {
        observed.deployments.filter { PayloadObjects.isOne($0.metadata) && !$0.metadata.isBeingDeleted }
            .sorted { $0.metadata.name < $1.metadata.name }
    }

    /// Makes what collects the payloads, and removes what does no more.
    ///
    /// A former Deployment goes when the new one is ready; where none can be made, it goes on.
    mutating func makePayloadLog() {
        // A spec that can't be read changes nothing.
        guard spec != nil else { return }
        let (wish, collectors) = (payloadWish, collectors)
        let address = PayloadObjects.serviceName(of: name)
        guard let wish else {
            for view in collectors { remove(.deployment, view.metadata) }
            for view in observed.services where PayloadObjects.isOne(view.metadata) {
                if !view.metadata.isBeingDeleted { remove(.service, view.metadata) }
            }
            return
        }
        guard case .success(let wanted) = wish.deployment else { return }
        if !observed.services.contains(where: { $0.metadata.name == address && PayloadObjects.isOne($0.metadata) }) {
            create(.service, address, wish.objects.headless)
        }
        guard let known = collectors.first(where: { $0.metadata.name == wanted.name }) else {
            create(.deployment, wanted.name, wanted.object)
            return
        }
        // Nobody scales it: one that was taken its pod is made again.
        guard known.wanted > 0 else { return remove(.deployment, known.metadata) }
        guard known.ready > 0 else { return }
        for view in collectors where view.metadata.name != wanted.name { remove(.deployment, view.metadata) }
    }

    private mutating func remove(_ type: ResourceType, _ metadata: ObjectMeta) {
        actions.append(.delete(type, name: metadata.name, uid: metadata.uid))
    }

    /// Why payloads are not stored; nil where they are, or where nothing is wrong yet.
    private func payloadProblem(_ wish: PayloadWish) -> TaskProblem? {
        switch wish.deployment {
        case .failure(let problem): return problem
        case .success(let wanted):
            let address = PayloadObjects.serviceName(of: name)
            if let refusal = memory.refusal(.service, address, now: now)
                ?? memory.refusal(.deployment, wanted.name, now: now)
            {
                return refusal
            }
            guard let known = collectors.first(where: { $0.metadata.name == wanted.name }), known.ready == 0 else {
                return nil
            }
            if let refusal = known.refusal {
                return TaskProblem(.artifactStoreFailed, "pods of Deployment \(wanted.name) are refused: \(refusal)")
            }
            return payloadPods.lazy.compactMap(Self.payloadProblem).first
        }
    }

    private var payloadPods: [PodView] {
        observed.pods.filter { PayloadObjects.isOne($0.metadata) && !$0.metadata.isBeingDeleted }
            .sorted { $0.metadata.name < $1.metadata.name }
    }

    private static func payloadProblem(_ pod: PodView) -> TaskProblem? {
        guard let trouble = ServerTrouble(pod) else { return nil }
        let main = pod.mainStatus
        let message = (main?.state?.terminated ?? main?.lastState?.terminated)?.message
        // Why it ended, in its own words.
        if let line = TerminationMessage.lines(message).last, let error = line["error"]?.stringValue {
            return TaskProblem(.artifactStoreFailed, "pod \(pod.metadata.name): \(error)")
        }
        return TaskProblem(trouble.reason, trouble.message)
    }

    /// Says in the status whether payloads are stored; nothing where no folder is named.
    func describePayloads(_ status: inout InferenceServiceStatus) {
        let type = ServiceCondition.payloadsLogged
        // What can't be read changes nothing.
        guard spec != nil else { return }
        guard let wish = payloadWish else {
            status.conditions.removeAll { $0.type == type }
            return
        }
        var condition = Condition(
            type: type, status: .isTrue, reason: "Collecting", observedGeneration: service.metadata.generation,
            lastTransitionTime: Time(now))
        if let problem = payloadProblem(wish) {
            condition.status = .isFalse
            condition.reason = problem.reason.rawValue
            condition.message = problem.message
        } else if case .success(let wanted) = wish.deployment,
            !collectors.contains(where: { $0.metadata.name == wanted.name && $0.ready > 0 })
        {
            condition.status = .unknown
            condition.reason = "NotReady"
            condition.message = ServerTrouble.waiting(payloadPods) ?? "Deployment \(wanted.name) has no pod yet"
            // One that goes on so can't store what it has.
            if payloadPods.contains(where: { $0.mainStatus?.state?.running != nil }) {
                condition.message += "; where that lasts, its log says why"
            }
        }
        status.conditions.set(condition)
    }
}

extension ServiceEvents {
    /// What is told of the payload log.
    var payloadEvents: [PlannedEvent] {
        guard let condition = after.conditions[type: ServiceCondition.payloadsLogged], condition.status == .isFalse,
            condition.message != before.conditions[type: ServiceCondition.payloadsLogged]?.message
        else { return [] }
        return [PlannedEvent(isWarning: true, reason: "PayloadsNotLogged", note: condition.message)]
    }
}
