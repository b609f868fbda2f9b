import KubernetesCore

/// What a deletion does to an object.
enum DeletionPlan: Sendable {
    /// It is on its way already.
    case nothing
    /// It is marked and waits.
    case mark(JSONValue)
    /// It goes at once.
    case remove(JSONValue)
    /// It is marked and goes, so that watchers see both.
    case markAndRemove(JSONValue)

    init(_ value: JSONValue, _ resource: ServedResource, _ options: DeletionRequest, now: Time) {
        if resource.collection == "pods" {
            self = Self.pod(value, resource, options, now)
            return
        }
        let isMarked = value["metadata"]?["deletionTimestamp"]?.stringValue != nil
        switch resource.collection {
        case "namespaces":
            self = isMarked ? .nothing : .mark(Self.terminatingNamespace(value, now))
            return
        case "customresourcedefinitions.apiextensions.k8s.io":
            self = isMarked ? .nothing : .mark(Self.terminatingDefinition(value, now))
            return
        default: break
        }
        let present = (value["metadata"]?["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue)
        let finalizers = Self.finalizers(present, after: options.propagationPolicy)
        if isMarked, !finalizers.isEmpty {
            // A second deletion may still choose what becomes of the dependents.
            guard Set(finalizers) != Set(present) else {
                self = .nothing
                return
            }
            var changed = value
            changed[path: ["metadata", "finalizers"]] = .array(finalizers.map { .string($0) })
            self = .mark(changed)
        } else if finalizers.isEmpty {
            self = .remove(value)
        } else {
            self = .mark(Self.marked(value, finalizers, grace: 0, now))
        }
    }

    private static func pod(
        _ value: JSONValue, _ resource: ServedResource, _ options: DeletionRequest, _ now: Time
    ) -> DeletionPlan {
        let metadata = value["metadata"]
        var grace =
            options.gracePeriodSeconds ?? value["spec"]?["terminationGracePeriodSeconds"]?.integerValue ?? 30
        if grace < 0 { grace = 1 }
        let phase = value["status"]?["phase"]?.stringValue ?? ""
        if value["spec"]?["nodeName"]?.stringValue?.isEmpty ?? true || phase == "Succeeded" || phase == "Failed" {
            grace = 0
        }
        let finalizers = (metadata?["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue)
        if metadata?["deletionTimestamp"]?.stringValue != nil {
            let present = metadata?["deletionGracePeriodSeconds"]?.integerValue ?? 0
            // Without a word of the client the period that runs is the one that counts.
            if grace >= present || options.gracePeriodSeconds == nil && grace != 0 {
                return present == 0 && finalizers.isEmpty ? .remove(value) : .nothing
            }
            let changed = marked(value, finalizers, grace: grace, now, isNew: false)
            return grace == 0 && finalizers.isEmpty ? .markAndRemove(changed) : .mark(changed)
        }
        let kept = self.finalizers(finalizers, after: options.propagationPolicy)
        let changed = marked(value, kept, grace: grace, now)
        return grace == 0 && kept.isEmpty ? .markAndRemove(changed) : .mark(changed)
    }

    private static func finalizers(_ present: [String], after policy: String?) -> [String] {
        switch policy {
        case "Foreground":
            present.filter { $0 != "orphan" && $0 != "foregroundDeletion" } + ["foregroundDeletion"]
        case "Orphan": present.filter { $0 != "orphan" && $0 != "foregroundDeletion" } + ["orphan"]
        case "Background": present.filter { $0 != "orphan" && $0 != "foregroundDeletion" }
        default: present
        }
    }

    private static func marked(
        _ value: JSONValue, _ finalizers: [String], grace: Int64, _ now: Time, isNew: Bool = true
    ) -> JSONValue {
        var metadata = value["metadata"]?.objectValue ?? [:]
        var end = now
        end.secondsSince1970 += min(max(grace, 0), 1 << 40)
        metadata["deletionTimestamp"] = .string(end.description)
        metadata["deletionGracePeriodSeconds"] = .integer(grace)
        metadata["finalizers"] = finalizers.isEmpty ? nil : .array(finalizers.map { .string($0) })
        if isNew, let generation = metadata["generation"]?.integerValue, generation > 0 {
            metadata["generation"] = .integer(generation &+ 1)
        }
        var value = value
        value["metadata"] = .object(metadata)
        return value
    }

    private static func terminatingNamespace(_ value: JSONValue, _ now: Time) -> JSONValue {
        var value = value
        value[path: ["metadata", "deletionTimestamp"]] = .string(now.description)
        value[path: ["status", "phase"]] = "Terminating"
        return value
    }

    private static func terminatingDefinition(_ value: JSONValue, _ now: Time) -> JSONValue {
        let cleanup = "customresourcecleanup.apiextensions.k8s.io"
        var value = value
        value[path: ["metadata", "deletionTimestamp"]] = .string(now.description)
        var finalizers = (value["metadata"]?["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue)
        if !finalizers.contains(cleanup) { finalizers.append(cleanup) }
        value[path: ["metadata", "finalizers"]] = .array(finalizers.map { .string($0) })
        var status = value["status"] ?? .object([:])
        CustomKinds.set(
            &status, "Terminating", "True", "InstanceDeletionPending",
            "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon", now)
        value["status"] = status
        return value
    }
}
