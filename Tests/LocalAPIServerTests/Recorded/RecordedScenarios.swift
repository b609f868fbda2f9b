import Foundation

/// Which recordings the server must answer, and why it does not answer the others yet.
enum RecordedScenarios {
    /// The areas that this server covers.
    static let areas = [
        "crud", "list", "watch", "patch", "deletion", "discovery", "leases-events", "subresources", "crd", "apply",
        "auth", "kubectl",
    ]

    /// Every recording of those areas.
    static let all: [String] = {
        guard let folder = RecordedScenario.folder?.appending(path: "exchanges") else { return [] }
        return areas.flatMap { area in
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: area).path)) ?? []
            return files.filter { $0.hasSuffix(".jsonl") }.sorted().map { "\(area)/\($0.dropLast(6))" }
        }
    }()

    /// Recordings that do not pass yet, each with its reason.
    static let failing: [String: String] = [
        "crud/namespace-lifecycle": "a namespace's first objects come in another order",
        "crud/service-create": "the address that is changed and the one that stays are the same placeholder",
        "patch/strategic-merge": "no controller writes the status of Deployments",
        "deletion/finalizers-pipeline": "the collector releases a foreground deletion before the client does",
        "discovery/aggregated": "fewer kinds are served, and ETags are others",
        "discovery/health": "the version is our own",
        "discovery/not-found": "protobuf is not spoken",
        "discovery/openapi": "documents and their hashes are others",
        "discovery/roots": "fewer kinds are served, and the version is our own",
        "subresources/eviction-pdb": "no controller writes the status of PodDisruptionBudgets",
        "subresources/scale": "the recorded requests are not those that were answered",
        "deletion/namespace": "the recorder waited for the controller between two steps without saying so",
        "apply/dry-run-and-wire": "YAML with a key twice is refused, and JSON is not folded as YAML is",
        "kubectl/delete-1.20": "no node runs the pods, and controllers are faster than kubectl was",
        "kubectl/describe-1.20": "a path holds a uid as it was",
        "kubectl/get-1.36": "no node runs the pods whose rows are shown",
        "kubectl/logs-auth-1.20": "the recorded node has no logs",
        "kubectl/logs-auth-1.36": "the recorded node has no logs",
        "kubectl/modify-1.36": "HorizontalPodAutoscalers are not served, and bodies in protobuf are spoilt",
        "kubectl/rollout-wait-1.20": "no controller runs Deployments",
        "crd/establish": "other definitions are absent",
    ]

    /// Recordings that must pass.
    static var passing: [String] { all.filter { failing[$0] == nil } }
}
