public import FairleadAPI
import Foundation
public import KubernetesCore

/// Makes the run, or the job, of a slot from a trigger's template.
public enum TriggerRunBuilder {
    /// The run or job as it is to be made; its name is that of ``TriggerNaming``.
    ///
    /// - Parameters:
    ///   - slot: What it is made for.
    ///   - trigger: Whose template it is, and who owns it.
    ///   - source: The run that ended; nil where the source is a schedule.
    ///   - isBackfill: Whether it is one of `fairlead backfill`.
    /// - Throws: `ExpressionError` where the template refers to what is not there.
    public static func run(
        for slot: TriggerSlot, of trigger: Trigger, source: PipelineRun? = nil, isBackfill: Bool = false
    ) throws(ExpressionError) -> (type: ResourceType, object: JSONValue) {
        guard case .success(let spec) = trigger.spec, let (type, template) = spec.template.child else {
            throw ExpressionError("the trigger has no template of a run")
        }
        let schedule = spec.schedule.flatMap(CronSchedule.init)
        let previous = schedule.map { $0.previous(before: slot.time) } ?? trigger.status.lastScheduleTime
        let scope = TriggerScope.scope(
            slot: slot, previous: previous, zone: schedule?.zone ?? .gmt, source: source)
        let object: JSONValue = [
            "apiVersion": .string(type.gvk.apiVersion), "kind": .string(type.gvk.kind),
            "metadata": try metadata(slot, trigger, template, isBackfill),
            "spec": type == .trainingJob ? try job(template.spec, scope) : try run(template.spec, scope),
        ]
        return (type, object)
    }

    private static func run(_ spec: JSONValue, _ scope: Scope) throws(ExpressionError) -> JSONValue {
        var spec = spec
        guard let params = spec["params"] else { return spec }
        do throws(ExpressionError) {
            spec["params"] = try TemplateValue.evaluate(params, in: scope)
        } catch {
            throw ExpressionError("spec.template.pipelineRun.spec.params: \(error)")
        }
        return spec
    }

    private static func job(_ spec: JSONValue, _ scope: Scope) throws(ExpressionError) -> JSONValue {
        let path = FieldPath("spec")["template"]["trainingJob"]["spec"]
        do throws(InvalidSpec) {
            return try Decoded<TrainingJobTemplate>(spec, at: path).get().spec(in: scope, at: path)
        } catch {
            throw ExpressionError(error.message)
        }
    }

    private static func metadata(
        _ slot: TriggerSlot, _ trigger: Trigger, _ template: RunTemplate, _ isBackfill: Bool
    ) throws(ExpressionError) -> JSONValue {
        var owner = OwnerReference(controller: .trigger, metadata: trigger.metadata)
        // Whoever backfills needs no right on the trigger's finalizers then.
        if isBackfill { owner.blockOwnerDeletion = nil }
        var metadata = ObjectMeta(
            name: TriggerNaming.runName(trigger: trigger.metadata.name, slot: slot, isBackfill: isBackfill),
            namespace: trigger.metadata.namespace, labels: template.metadata?.labels ?? [:],
            annotations: template.metadata?.annotations ?? [:],
            ownerReferences: [owner])
        metadata.labels[FairleadLabel.managedBy] = FairleadLabel.managedByValue
        metadata.labels[FairleadLabel.trigger] = trigger.metadata.name
        if isBackfill { metadata.labels[FairleadLabel.backfill] = trigger.metadata.name }
        metadata.annotations[TriggerNaming.slotAnnotation] = slot.time.description
        metadata.annotations[TriggerNaming.sourceAnnotation] = slot.uid
        guard let value = try? KubernetesJSON.value(of: metadata) else {
            throw ExpressionError("the run's metadata cannot be written")
        }
        return value
    }
}
