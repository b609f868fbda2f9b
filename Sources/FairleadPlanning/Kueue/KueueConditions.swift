import Foundation
import KubernetesCore

/// A Workload's conditions while some of them change: a merge patch takes the list only as a whole.
struct KueueConditions {
    private(set) var list: [Condition]
    private let generation: Int64?
    private let now: Time

    init(list: [Condition], generation: Int64?, now: Time) {
        self.list = list
        self.generation = generation
        self.now = now
    }

    func has(_ type: String) -> Bool { list[type: type] != nil }

    mutating func tell(_ type: String, _ status: Condition.Status, _ reason: String, _ message: String) {
        list.set(
            Condition(
                type: type, status: status, reason: reason, message: message, observedGeneration: generation,
                lastTransitionTime: now))
    }

    var json: JSONValue {
        .array(
            list.map { condition in
                var json: JSONValue = [
                    "type": .string(condition.type), "status": .string(condition.status.rawValue),
                    "reason": .string(condition.reason), "message": .string(condition.message),
                    "lastTransitionTime": .string(condition.lastTransitionTime.description),
                ]
                if let generation = condition.observedGeneration { json["observedGeneration"] = .integer(generation) }
                return json
            })
    }
}
