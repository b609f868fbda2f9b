import FairleadAPI
import Foundation
import KubernetesCore

/// Builds the pod of one attempt of a program: a pure function of its owner, its container, and what ran before it.
struct PodBuilder: Sendable {
    let owner: PodOwner
    let settings: PlanningSettings

    /// The folders that a pod of ours has.
    enum Folder {
        static let work = "/fairlead/work"
        static let code = "/fairlead/work/code"
        static let spec = "/fairlead/spec"
        static let inputs = "/fairlead/inputs"
        static let outputs = "/fairlead/outputs"
        static let checkpoint = "/fairlead/checkpoint"
        static let packages = "/fairlead/packages"
        static let stores = "/fairlead/stores"
    }

    /// The time that the upload of artifacts has, and so the most that a program has to end when it is asked to.
    static let storeSeconds: Int64 = 600

    /// The pod.
    ///
    /// - Parameters:
    ///   - program: What it runs.
    ///   - attempt: Which attempt it is, and the values that the program's references lead to.
    func pod(_ program: PodProgram, _ attempt: PodAttempt) throws(TaskProblem) -> JSONValue {
        var draft = try draft(program, attempt)
        let spec = try spec(&draft)
        var pod: JSONValue = ["apiVersion": "v1", "kind": "Pod", "metadata": metadata(draft), "spec": spec]
        try patch(&pod, draft)
        try draft.profile?.check(pod)
        try settings.serviceAccounts.check(pod, in: owner.namespace)
        return pod
    }

    /// The program as it is to run: references are replaced, what is left open comes from the profile.
    private func draft(_ program: PodProgram, _ attempt: PodAttempt) throws(TaskProblem) -> PodDraft {
        var program = program
        let profile = try settings.platform.profile(program.container.profile)
        do throws(InvalidSpec) {
            program.container = try program.container.evaluated(in: attempt.scope)
        } catch {
            throw TaskProblem(.expressionFailed, error.message)
        }
        try checkSizes(program.container)
        let needs = program.container.resources
        program.container.resources = needs?.merged(over: profile?.spec.resources) ?? profile?.spec.resources
        if let image = program.container.image, let profile { program.container.image = profile.image(image) }
        return PodDraft(program: program, attempt: attempt, profile: profile)
    }

    private func metadata(_ draft: PodDraft) -> JSONValue {
        let labels = owner.labels.merging(draft.program.additions.labels) { _, own in own }
        let budget = draft.attempt.budget
        var annotations = draft.program.additions.annotations.mapValues { JSONValue.string($0) }
        annotations.merge(draft.annotations) { _, own in own }
        annotations[PodNaming.attemptAnnotation] = .string(String(budget.attempt))
        annotations[PodNaming.failuresAnnotation] = .string(String(budget.failures))
        annotations[PodNaming.disruptionsAnnotation] = .string(String(budget.disruptions))
        if let computation = draft.attempt.computation {
            annotations[PodNaming.computationAnnotation] = .string(computation)
        }
        if let first = draft.attempt.firstCreated {
            annotations[PodNaming.firstAttemptAnnotation] = .string(Time(first).description)
        }
        var metadata = owner.metadata(draft.program.pod)
        metadata["labels"] = .object(labels.mapValues { .string($0) })
        metadata["annotations"] = .object(annotations)
        metadata["finalizers"] = [.string(PodNaming.outcomeFinalizer)]
        return metadata
    }

    private func spec(_ draft: inout PodDraft) throws(TaskProblem) -> JSONValue {
        var main = try program(&draft)
        var spec: JSONValue = [
            "restartPolicy": "Never", "automountServiceAccountToken": false, "enableServiceLinks": false,
            "securityContext": [
                "runAsNonRoot": true, "runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000,
                "seccompProfile": ["type": "RuntimeDefault"],
            ],
        ]
        var first: [JSONValue] = []
        if !draft.fetch.isEmpty { first.append(try draft.fetch.container("fetch", image: ownImage(draft.program))) }
        if let packages = packages(&draft, &main) { first.append(packages) }
        if !draft.store.isEmpty {
            draft.store.plan["graceSeconds"] = .integer(Self.storeSeconds)
            var store = try draft.store.container("store", image: ownImage(draft.program))
            // An init container that is always restarted is a sidecar: it starts before the program and ends after it.
            store["restartPolicy"] = "Always"
            first.append(store)
            spec["terminationGracePeriodSeconds"] = .integer(Self.storeSeconds)
        }
        if !first.isEmpty { spec["initContainers"] = .array(first) }
        main["volumeMounts"] = .array(draft.volumes.mounts)
        spec["containers"] = [main]
        spec["volumes"] = .array(draft.volumes.volumes)
        if let account = draft.container.serviceAccount {
            spec["serviceAccountName"] = .string(account)
            spec["automountServiceAccountToken"] = true
        }
        let secrets = pullSecrets(draft.container)
        if !secrets.isEmpty { spec["imagePullSecrets"] = .array(secrets.map { ["name": .string($0)] }) }
        if let limit = draft.container.timeouts?.attempt {
            spec["activeDeadlineSeconds"] = .integer(max(1, limit.seconds))
        }
        for (member, value) in draft.program.additions.spec { spec[member] = value }
        return spec
    }

    /// The image of `fetch` and `store`.
    func ownImage(_ program: PodProgram) throws(TaskProblem) -> String {
        if let image = settings.image { return image }
        throw TaskProblem(
            .invalidSpec,
            "\(program.story) has files elsewhere, but the controller doesn't know its own image (--image)")
    }

    /// Secrets for the image: the user's, and that of the Connection which leads to its registry.
    func pullSecrets(_ container: ContainerSpec) -> [String] {
        let link = container.image.flatMap { image in
            settings.platform.link(to: "oci://\(image)") { $0 == .registry }
        }
        guard let secret = link?.spec.secret, !container.pullSecrets.contains(secret) else {
            return container.pullSecrets
        }
        return container.pullSecrets + [secret]
    }

    private func program(_ draft: inout PodDraft) throws(TaskProblem) -> JSONValue {
        guard let image = draft.container.image else {
            throw TaskProblem(.invalidSpec, "\(draft.program.story) has no image")
        }
        var main: JSONValue = [
            "name": "main", "image": .string(image), "terminationMessagePolicy": "FallbackToLogsOnError",
            "securityContext": ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]],
        ]
        draft.volumes.add(name: "work", ["emptyDir": [:]], at: Folder.work)
        try addCode(&draft)
        main["workingDir"] = .string(draft.workingDirectory)
        addProgram(draft.program, &main)
        try addInputs(&draft)
        try addOutputs(&draft)
        try addLog(&draft)
        try addCheckpoint(&draft)
        mountFiles(&draft)
        mountSpec(&draft)
        mountAdditions(&draft)
        main["env"] = .array(environment(draft))
        if let resources = resources(&draft) { main["resources"] = resources }
        for (member, value) in draft.program.additions.container { main[member] = value }
        return main
    }

    private func addProgram(_ program: PodProgram, _ main: inout JSONValue) {
        let container = program.container
        let file = "\(Folder.spec)/script"
        var command = container.command ?? []
        if let script = container.script {
            command = Self.interpreter(of: script) + [file]
        } else if container.python != nil {
            command = ["python", "-u", file]
        }
        command = program.additions.wrapper + command
        if !command.isEmpty { main["command"] = .array(command.map { .string($0) }) }
        if let args = container.args, !args.isEmpty { main["args"] = .array(args.map { .string($0) }) }
    }

    /// The command of a script's `#!` line, `sh -e` where it has none: the file is mounted without its x bit on
    /// some volumes, so that the kernel can't be asked.
    static func interpreter(of script: String) -> [String] {
        guard script.hasPrefix("#!"), let line = script.split(whereSeparator: \.isNewline).first else {
            return ["sh", "-e"]
        }
        let words = line.dropFirst(2).split(whereSeparator: \.isWhitespace).map(String.init)
        return words.isEmpty ? ["sh", "-e"] : words
    }
}
