import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// Brings objects that own pods, which are runs and training jobs, to where they should be: what is alike for both.
protocol PodOwnerReconciler: Sendable {
    associatedtype Writer: ActionWriter
    typealias Entry = Writer.Entry

    var client: Client { get }
    var pods: Store<PodView> { get }
    var writer: Writer { get }
    var clock: any RuntimeClock { get }

    /// The status of an object that can't start.
    static func failed(_ object: Entry.Object, _ reason: Reason, _ message: String, now: Date) -> Entry.Kind.Status
    /// Plans for an object that is finished or being deleted.
    static func planEnd(_ object: Entry.Object, pods: [PodView], now: Date) -> Plan<Writer.Action>
}

extension PodOwnerReconciler {
    /// The most steps of one object before others have their turn.
    private static var stepsPerTurn: Int { 16 }

    /// The objects that are under way.
    var registry: OpenObjects<Entry> { writer.registry }

    /// What was fixed for an object; nil where nothing is yet.
    ///
    /// - Throws: `APIError`, a conflict where an earlier object of the name left it; `TerminalError` where it can't be
    ///   read, which ends the object; `TransportError` or `CancellationError`.
    func readFixed(_ object: Entry.Object) async throws -> Entry.Fixed? {
        let key = ObjectKey(namespace: object.metadata.namespace, name: PodNaming.specName(run: object.metadata.name))
        guard let configMap = try await Client.ifPresent({ try await client.get(.configMap, key) }) else { return nil }
        let metadata = try KubernetesJSON.decode(ObjectMeta.self, from: configMap["metadata"] ?? [:])
        guard !object.metadata.hasPredecessor(metadata.controller, of: Entry.Kind.type) else {
            let message = "ConfigMap \(key) of an earlier \(Entry.Fixed.owner) is being removed"
            throw APIError(Status(code: 409, reason: "Conflict", message: message))
        }
        do throws(TaskProblem) {
            return try Entry.Fixed(configMap: configMap, of: object.metadata)
        } catch {
            _ = try await refuse(object, error.reason, error.message)
            throw TerminalError(error.message)
        }
    }

    /// Ends an object that can't start.
    func refuse(_ object: Entry.Object, _ reason: Reason, _ message: String) async throws -> Requeue {
        try await writer.refuse(object, Self.failed(object, reason, message, now: clock.now))
        return .onChange
    }

    /// Plans and acts until nothing is left to do now, or other objects have their turn.
    ///
    /// - Parameters:
    ///   - uid: The object, which is under way.
    ///   - surroundings: What planning depends on, for each step.
    ///   - plan: Plans a step; it must be quick and call nothing that waits.
    func step(
        _ uid: String, surroundings: () -> PlanningSettings,
        plan: (inout Entry, PlanningSettings, Date) -> Plan<Writer.Action>
    ) async throws -> Requeue {
        for _ in 0..<Self.stepsPerTurn {
            let (settings, now) = (surroundings(), clock.now)
            let planned = registry.with(uid) { entry -> (Plan<Writer.Action>, Entry.Object)? in
                if entry.object.status.phase?.isTerminal == true { return nil }
                return (plan(&entry, settings, now), entry.object)
            }
            guard let (plan, object) = planned ?? nil else { return .after(.zero) }
            if !plan.actions.isEmpty {
                try await writer.perform(plan.actions, object)
            } else if plan.wake != .now {
                return Requeue(plan.wake)
            }
        }
        return .after(.zero)
    }

    /// Lets go of the pods of an object that is finished or being deleted.
    func end(_ object: Entry.Object) async throws -> Requeue {
        let uid = object.metadata.uid
        // A pod that was released a moment ago may still look held: its event brings the object back.
        guard writer.ledger.isCaughtUp(owner: uid) else { return .after(.seconds(1)) }
        let plan = Self.planEnd(object, pods: pods.owned(by: uid), now: clock.now)
        try await writer.perform(plan.actions, object)
        return Requeue(plan.wake)
    }
}
