import FairleadAPI
import KubernetesCore

/// A pod's volumes and where its main container mounts them.
struct VolumeList {
    private(set) var volumes: [JSONValue] = []
    private(set) var mounts: [JSONValue] = []

    /// Adds a volume and mounts it.
    mutating func add(
        name: String, _ source: JSONValue, at path: String, subPath: String? = nil, readOnly: Bool = false
    ) {
        var volume = source
        volume["name"] = .string(name)
        volumes.append(volume)
        var mount: JSONValue = ["name": .string(name), "mountPath": .string(path)]
        if let subPath { mount["subPath"] = .string(subPath) }
        if readOnly { mount["readOnly"] = true }
        mounts.append(mount)
    }
}

extension PodBuilder {
    /// The fixed spec's ConfigMap, of which the pod sees the parameters and its own script.
    func mountSpec(_ task: PipelineTask, _ volumes: inout VolumeList) {
        var items: [JSONValue] = [["key": .string(FixedRun.paramsKey), "path": .string(FixedRun.paramsKey)]]
        if task.container.script != nil || task.container.python != nil {
            items.append(["key": .string(FixedRun.scriptKey(task.name)), "path": "script", "mode": 0o555])
        }
        let name = PodNaming.specName(run: run.metadata.name)
        volumes.add(
            name: "spec", ["configMap": ["name": .string(name), "items": .array(items)]], at: Folder.spec,
            readOnly: true)
    }

    /// One volume an input; an artifact may be a file or a folder, so that its type is left open.
    func mountInputs(_ task: PipelineTask, _ scope: Scope, _ volumes: inout VolumeList) throws(TaskProblem) {
        for (number, input) in task.container.inputs.sorted(by: { $0.key < $1.key }).enumerated() {
            let uri: String
            do throws(TaskProblem) {
                uri = try RunScope.uri(of: input.value, name: input.key, in: scope)
            } catch {
                if input.value.optional == true { continue }
                throw error
            }
            guard let path = ArtifactLocation.hostPath(uri) else {
                throw TaskProblem(
                    .artifactStoreFailed, "input \"\(input.key)\": only file:// URIs are supported yet, not \(uri)")
            }
            volumes.add(
                name: "input-\(number)", ["hostPath": ["path": .string(path)]],
                at: input.value.path ?? "\(Folder.inputs)/\(input.key)", readOnly: true)
        }
    }

    /// The folder in the store that the attempt writes in place.
    func mountOutputs(_ task: PipelineTask, _ budget: AttemptBudget, _ volumes: inout VolumeList) throws(TaskProblem) {
        guard !task.container.artifacts.isEmpty else {
            volumes.add(name: "outputs", ["emptyDir": [:]], at: Folder.outputs)
            return
        }
        guard let store = settings.artifactStore else {
            throw TaskProblem(
                .artifactStoreFailed,
                "task \"\(task.name)\" declares artifacts, but the controller has no artifact store (--artifacts)")
        }
        let location = ArtifactLocation(
            root: store, namespace: run.metadata.namespace ?? "default", runUID: run.metadata.uid)
        guard let path = ArtifactLocation.hostPath(location.folder(task: task.name, attempt: budget.attempt)) else {
            throw TaskProblem(.artifactStoreFailed, "only file:// artifact stores are supported yet, not \(store)")
        }
        volumes.add(
            name: "outputs", ["hostPath": ["path": .string(path), "type": "DirectoryOrCreate"]], at: Folder.outputs)
    }

    /// Files from ConfigMaps and Secrets, and the user's own volumes.
    func mountFiles(_ task: PipelineTask, _ volumes: inout VolumeList) {
        for (number, file) in task.container.files.sorted(by: { $0.key < $1.key }).enumerated() {
            let items: JSONValue = [["key": .string(file.value.key), "path": "file"]]
            let source: JSONValue =
                if let secret = file.value.secret {
                    ["secret": ["secretName": .string(secret), "items": items]]
                } else {
                    ["configMap": ["name": .string(file.value.config ?? ""), "items": items]]
                }
            volumes.add(name: "file-\(number)", source, at: file.key, subPath: "file", readOnly: true)
        }
        for (number, mount) in task.container.mounts.sorted(by: { $0.key < $1.key }).enumerated() {
            let source: JSONValue =
                if let claim = mount.value.claim {
                    ["persistentVolumeClaim": ["claimName": .string(claim)]]
                } else if let secret = mount.value.secret {
                    ["secret": ["secretName": .string(secret)]]
                } else {
                    ["configMap": ["name": .string(mount.value.config ?? "")]]
                }
            volumes.add(
                name: "mount-\(number)", source, at: mount.key, subPath: mount.value.subPath,
                readOnly: mount.value.readOnly == true)
        }
    }
}
