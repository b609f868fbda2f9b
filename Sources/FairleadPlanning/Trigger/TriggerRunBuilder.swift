public import FairleadAPI
import Foundation
public import KubernetesCore

/// Makes the run of a slot from a trigger's template.
public enum TriggerRunBuilder {
    /// The run as it is to be made; its name is that of ``TriggerNaming``.
    ///
    /// - Parameters:
    ///   - slot: What it is made for.
    ///   - trigger: Whose template it is, and who owns it.
    ///   - source: The run that ended; nil where the source is a schedule.
    ///   - isBackfill: Whether it is one of `fairlead backfill`.
    /// - Throws: `ExpressionError` where the template refers to what is not there.
    public static func run(
        for slot: TriggerSlot, of trigger: Trigger, source: PipelineRun? = nil, isBackfill: Bool = false
    ) throws(ExpressionError) -> JSONValue {
        guard case .success(let spec) = trigger.spec, let template = spec.template.pipelineRun else {
            throw ExpressionError("the trigger has no template of a run")
        }
        var run = template.spec
        if let params = run["params"] {
            let schedule = spec.schedule.flatMap(CronSchedule.init)
            let previous =
                schedule.map { $0.previous(before: slot.time) } ?? trigger.status.lastScheduleTime
            let scope = TriggerScope.scope(
                slot: slot, previous: previous, zone: schedule?.zone ?? .gmt, source: source)
            do throws(ExpressionError) {
                run["params"] = try TemplateValue.evaluate(params, in: scope)
            } catch {
                throw ExpressionError("spec.template.pipelineRun.spec.params: \(error)")
            }
        }
        return [
            "apiVersion": .string(PipelineRun.type.gvk.apiVersion),
            "kind": .string(PipelineRun.type.gvk.kind),
            "metadata": try metadata(slot, trigger, template, isBackfill),
            "spec": run,
        ]
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
