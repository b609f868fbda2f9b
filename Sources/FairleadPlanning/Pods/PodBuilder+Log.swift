import FairleadAPI
import KubernetesCore

extension PodBuilder {
    /// Has `store` keep the program's log when it has ended.
    ///
    /// No container can read its neighbour's output: `store` asks the API server for it, as the pod's service account,
    /// whose token it alone has where the object names no account.
    func addLog(_ draft: inout PodDraft) throws(TaskProblem) {
        guard draft.container.logs == .keep else { return }
        let folder = try artifactLocation(draft).folder(
            task: draft.program.place, index: draft.attempt.index, attempt: draft.attempt.budget.attempt)
        let name = "\(draft.program.pod).log"
        draft.annotations[PodNaming.logAnnotation] = .string("\(folder)/\(name)")
        var plan: JSONValue = ["uri": .string("\(folder)/\(name)")]
        let place = try StoragePlace(folder)
        if let source = place.volume(isWritten: true) {
            let root = "\(Folder.stores)/log"
            draft.store.mount(draft.volumes.add(name: "log", source), at: root, subPath: place.subPath)
            plan["path"] = .string("\(root)/\(name)")
        } else {
            try draft.store.remotes.add(folder, settings.platform)
        }
        draft.store.plan["log"] = plan
        draft.store.environment += [
            Self.field("FAIRLEAD_POD", "metadata.name"), Self.field("FAIRLEAD_NAMESPACE", "metadata.namespace"),
        ]
        draft.store.mount(
            draft.volumes.add(name: "log-reader", Self.identity), at: "/var/run/secrets/kubernetes.io/serviceaccount",
            readOnly: true)
    }

    private static func field(_ name: String, _ path: String) -> JSONValue {
        ["name": .string(name), "valueFrom": ["fieldRef": ["fieldPath": .string(path)]]]
    }

    /// What a kubelet mounts where a pod may have its token.
    private static let identity: JSONValue = [
        "projected": [
            "sources": [
                ["serviceAccountToken": ["path": "token", "expirationSeconds": 3607]],
                ["configMap": ["name": "kube-root-ca.crt", "items": [["key": "ca.crt", "path": "ca.crt"]]]],
            ]
        ]
    ]
}
