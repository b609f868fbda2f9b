import FairleadAPI
import KubernetesCore

extension PodBuilder {
    /// Where the owner's artifacts are kept: the more special word counts.
    func artifactLocation(_ draft: PodDraft) throws(TaskProblem) -> ArtifactLocation {
        let own = try settings.platform.artifacts(ofCluster: false) ?? draft.profile?.spec.artifacts
        let shared = try settings.platform.artifacts(ofCluster: true)
        guard let root = own ?? shared ?? settings.artifactStore else {
            throw TaskProblem(
                .artifactStoreFailed,
                "\(draft.program.story) keeps files, but there is no artifact store: no Connection and no "
                    + "ClusterProfile names one, nor does the controller (--artifacts)")
        }
        return ArtifactLocation(root: root, namespace: owner.namespace, runUID: owner.reference.uid)
    }

    /// The folder that the attempt writes: in place where the store can be mounted, else one that `store` uploads.
    func addOutputs(_ draft: inout PodDraft) throws(TaskProblem) {
        let names = draft.program.storesArtifacts ? draft.container.artifacts.map(\.name) : []
        guard !names.isEmpty else {
            draft.volumes.add(name: "outputs", ["emptyDir": [:]], at: Folder.outputs)
            return
        }
        let folder = try artifactLocation(draft).folder(
            task: draft.program.place, index: draft.attempt.index, attempt: draft.attempt.budget.attempt)
        draft.annotations[PodNaming.artifactsAnnotation] = .string(folder)
        let place = try StoragePlace(folder)
        let source = place.volume(isWritten: true)
        let volume = draft.volumes.add(
            name: "outputs", source ?? ["emptyDir": [:]], at: Folder.outputs, subPath: place.subPath)
        // Without its own image the controller still knows where the files are, though not their digests.
        if source != nil, settings.image == nil { return }
        try PodArtifacts.checkFit(names)
        draft.store.mount(volume, at: Folder.outputs, subPath: place.subPath, readOnly: true)
        if source == nil { try draft.store.remotes.add(folder, settings.platform) }
        for name in names {
            var entry: JSONValue = [
                "name": .string(name), "uri": .string("\(folder)/\(name)"),
                "path": .string("\(Folder.outputs)/\(name)"),
            ]
            if source != nil { entry["inPlace"] = true }
            draft.store.append(entry, to: "artifacts")
        }
    }

    /// The folder whose content every attempt of an item finds again.
    func addCheckpoint(_ draft: inout PodDraft) throws(TaskProblem) {
        guard let checkpoint = draft.container.checkpoint else { return }
        let index = draft.attempt.scope.itemIndex
        let uri: String
        if let own = checkpoint.uri {
            // Items that shared a folder would go on from each other's state.
            uri = index.map { "\(own)/\($0)" } ?? own
        } else {
            let folder = draft.program.checkpointPlace ?? draft.program.place
            uri = try artifactLocation(draft).checkpoint(task: folder, index: index ?? 0)
        }
        let place = try StoragePlace(uri)
        if let source = place.volume(isWritten: true) {
            draft.volumes.add(name: "checkpoint", source, at: Folder.checkpoint, subPath: place.subPath)
            return
        }
        draft.volumes.add(name: "checkpoint", ["emptyDir": [:]], at: Folder.checkpoint)
        var plan: JSONValue = ["uri": .string(uri), "path": .string(Folder.checkpoint)]
        draft.fetch.plan["checkpoint"] = plan
        draft.fetch.mount("checkpoint", at: Folder.checkpoint)
        try draft.fetch.remotes.add(uri, settings.platform)
        guard draft.program.storesCheckpoint else { return }
        if let every = checkpoint.every { plan["every"] = .integer(max(1, every.seconds)) }
        if let keep = checkpoint.keep { plan["keep"] = .integer(Int64(keep)) }
        draft.store.plan["checkpoint"] = plan
        draft.store.mount("checkpoint", at: Folder.checkpoint, readOnly: true)
        try draft.store.remotes.add(uri, settings.platform)
    }

    /// The code, which `fetch` brings, as the working directory.
    func addCode(_ draft: inout PodDraft) throws(TaskProblem) {
        guard let code = draft.container.code else { return }
        draft.workingDirectory = Folder.code
        if let path = code.path {
            guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
                throw TaskProblem(.invalidSpec, "code.path: must lie in the repository, not \(path)")
            }
            draft.workingDirectory += "/\(path)"
        }
        var plan: JSONValue = [:]
        if let git = code.git {
            plan["git"] = .string(git)
            if let ref = code.ref { plan["ref"] = .string(ref) }
            if let key = PodCode.key(code) {
                draft.annotations[PodNaming.codeAnnotation] = .string(key)
                if let commit = draft.attempt.commits[key] { plan["commit"] = .string(commit) }
            } else if let commit = code.ref {
                plan["commit"] = .string(commit)
            }
            let url = CodeSource.url(ofRepository: git)
            if let secret = settings.platform.link(to: url, where: { $0 == .git })?.spec.secret {
                draft.fetch.environment +=
                    url.hasPrefix("ssh://")
                    ? [
                        .secretVariable("FAIRLEAD_GIT_SSH_KEY", secret: secret, key: "ssh-privatekey"),
                        .secretVariable("FAIRLEAD_GIT_KNOWN_HOSTS", secret: secret, key: "known_hosts"),
                    ]
                    : [
                        .secretVariable("FAIRLEAD_GIT_USERNAME", secret: secret, key: "username", isOptional: true),
                        .secretVariable("FAIRLEAD_GIT_PASSWORD", secret: secret, key: "password"),
                    ]
            }
        } else if let uri = code.uri {
            plan["uri"] = .string(uri)
            try reach([uri], "code", &draft)
        }
        if let path = code.path { plan["path"] = .string(path) }
        draft.fetch.plan["code"] = plan
        draft.fetch.plan["codePath"] = .string(Folder.code)
        draft.fetch.mount("work", at: Folder.work)
    }
}
