import FairleadAPI
import Foundation
import KubernetesCore

/// What `trigger.…` holds in a trigger's template.
enum TriggerScope {
    /// The scope of a slot.
    ///
    /// - Parameters:
    ///   - slot: The slot.
    ///   - previous: The slot before it; nil where there was none.
    ///   - zone: Where times are shown.
    ///   - source: The run that ended; nil where the source is a schedule.
    static func scope(slot: TriggerSlot, previous: Time?, zone: TimeZone, source: PipelineRun?) -> Scope {
        var values: [String: JSONValue] = [
            "time": .string(CronSchedule.text(of: slot.time, zone: zone)),
            "date": .string(CronSchedule.date(of: slot.time, zone: zone)),
            "previousTime": previous.map { .string(CronSchedule.text(of: $0, zone: zone)) } ?? .null,
        ]
        if let source { values["run"] = value(of: source) }
        return Scope(trigger: values)
    }

    private static func value(of run: PipelineRun) -> JSONValue {
        var value: JSONValue = [
            "name": .string(run.metadata.name), "uid": .string(run.metadata.uid),
            "params": .object(run.spec.value?.params ?? [:]), "results": .object(run.status.results),
        ]
        value["namespace"] = run.metadata.namespace.map { .string($0) }
        value["pipeline"] = (run.spec.value?.pipeline).map { .string($0) }
        value["phase"] = run.status.phase.map { .string($0.rawValue) }
        value["startTime"] = run.status.startTime.map { .string($0.description) }
        value["completionTime"] = run.status.completionTime.map { .string($0.description) }
        return value
    }
}
