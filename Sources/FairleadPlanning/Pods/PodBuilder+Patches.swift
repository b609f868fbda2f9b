import FairleadAPI
import KubernetesCore

extension PodBuilder {
    /// Lays the profile's patches and then the user's over a pod; what makes it ours stays.
    func patch(_ pod: inout JSONValue, _ draft: PodDraft) throws(TaskProblem) {
        for (patch, field) in try profilePatches(draft) {
            var patch = patch
            // Tolerations replace each other in a strategic merge, but each of these patches means its own.
            if let own = patch[path: ["spec", "tolerations"]]?.arrayValue {
                let others = pod[path: ["spec", "tolerations"]]?.arrayValue ?? []
                patch[path: ["spec", "tolerations"]] = .array(others + own.filter { !others.contains($0) })
            }
            pod = try patched(pod, patch, field)
        }
        for override in draft.container.overrides {
            if let role = override.target?.role, role != draft.program.role { continue }
            pod = try patched(pod, override.pod, "overrides")
        }
    }

    private func profilePatches(_ draft: PodDraft) throws(TaskProblem) -> [(JSONValue, String)] {
        let spec = draft.profile?.spec
        let place = draft.profile.map { "ClusterProfile \"\($0.name)\": " } ?? ""
        var patches: [(JSONValue, String)] = []
        if let patch = spec?.pod { patches.append((patch, "\(place)pod")) }
        if let type = draft.container.resources?.gpuType {
            guard let patch = spec?.gpuTypes[type] else {
                let names = spec?.gpuTypes.keys.sorted() ?? []
                let who = draft.profile.map { "ClusterProfile \"\($0.name)\" knows no" } ?? "no profile names the"
                throw TaskProblem(
                    .invalidSpec, "resources.gpuType: \(who) \"\(type)\"\(NearestName.suggestion(type, among: names))")
            }
            patches.append((patch, "\(place)gpuTypes.\(type)"))
        }
        if draft.container.spot == true, let patch = spec?.spot { patches.append((patch, "\(place)spot")) }
        return patches
    }

    func patched(_ pod: JSONValue, _ patch: JSONValue, _ field: String) throws(TaskProblem) -> JSONValue {
        do throws(PatchError) {
            var patched = try StrategicMergePatch.apply(patch, to: pod, schema: PodMergeSchema.pod)
            for path in [["apiVersion"], ["kind"], ["metadata", "name"], ["metadata", "namespace"]] {
                patched[path: path] = pod[path: path]
            }
            for member in ["finalizers", "ownerReferences"] {
                patched[path: ["metadata", member]] = pod[path: ["metadata", member]]
            }
            for member in ["labels", "annotations"] {
                let own = pod[path: ["metadata", member]]?.objectValue ?? [:]
                let all = patched[path: ["metadata", member]]?.objectValue ?? [:]
                patched[path: ["metadata", member]] = .object(all.merging(own) { _, own in own })
            }
            return patched
        } catch {
            throw TaskProblem(.invalidSpec, "\(field): \(error)")
        }
    }
}
