import FairleadAPI
import KubernetesCore

extension PodBuilder {
    /// The fixed spec's ConfigMap, of which the pod sees the parameters and its own script.
    func mountSpec(_ draft: inout PodDraft) {
        var items: [JSONValue] = [["key": .string(SpecMap.paramsKey), "path": .string(SpecMap.paramsKey)]]
        if draft.container.script != nil || draft.container.python != nil {
            items.append(["key": .string(SpecMap.scriptKey(draft.program.place)), "path": "script", "mode": 0o555])
        }
        draft.volumes.add(
            name: "spec", ["configMap": ["name": .string(owner.specName), "items": .array(items)]], at: Folder.spec,
            readOnly: true)
    }

    /// Files from ConfigMaps and Secrets, and the user's own volumes.
    func mountFiles(_ draft: inout PodDraft) {
        for (number, file) in draft.container.files.sorted(by: { $0.key < $1.key }).enumerated() {
            let items: JSONValue = [["key": .string(file.value.key), "path": "file"]]
            let source: JSONValue =
                if let secret = file.value.secret {
                    ["secret": ["secretName": .string(secret), "items": items]]
                } else {
                    ["configMap": ["name": .string(file.value.config ?? ""), "items": items]]
                }
            draft.volumes.add(name: "file-\(number)", source, at: file.key, subPath: "file", readOnly: true)
        }
        for (number, mount) in draft.container.mounts.sorted(by: { $0.key < $1.key }).enumerated() {
            let source: JSONValue =
                if let claim = mount.value.claim {
                    ["persistentVolumeClaim": ["claimName": .string(claim)]]
                } else if let secret = mount.value.secret {
                    ["secret": ["secretName": .string(secret)]]
                } else {
                    ["configMap": ["name": .string(mount.value.config ?? "")]]
                }
            draft.volumes.add(
                name: "mount-\(number)", source, at: mount.key, subPath: mount.value.subPath,
                readOnly: mount.value.readOnly == true)
        }
    }

    /// The volumes that the pod is given beyond its container.
    func mountAdditions(_ draft: inout PodDraft) {
        for volume in draft.program.additions.volumes {
            let name = volume.source.map { draft.volumes.add(name: volume.name, $0) } ?? volume.name
            draft.volumes.mountOnce(name, at: volume.path, subPath: volume.subPath, readOnly: true)
        }
    }
}
