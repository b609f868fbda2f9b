public import FairleadAPI
import Foundation
import KubernetesCore

/// Builds the pod of one attempt of a task: a pure function of the run, what it runs, and what tasks before it wrote.
public struct PodBuilder: Sendable {
    let run: PipelineRun
    let fixed: FixedRun
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

    /// Makes a builder for the pods of one run.
    public init(run: PipelineRun, fixed: FixedRun, settings: PlanningSettings) {
        self.run = run
        self.fixed = fixed
        self.settings = settings
    }

    /// The pod of an item's next attempt.
    ///
    /// - Parameters:
    ///   - index: The task.
    ///   - attempt: The item, and what is known of earlier attempts.
    public func pod(_ index: Int, _ attempt: PodAttempt) -> Result<PodRequest, TaskProblem> {
        guard let task = fixed.task(at: index) else {
            return .failure(TaskProblem(.invalidSpec, "no task has the index \(index)"))
        }
        return Result { () throws(TaskProblem) in
            var draft = try draft(task, attempt)
            let name = PodNaming.podName(
                run: run.metadata.name, runUID: run.metadata.uid, task: draft.task.name, index: attempt.index,
                attempt: attempt.budget.attempt)
            let spec = try spec(&draft)
            var pod: JSONValue = [
                "apiVersion": "v1", "kind": "Pod", "metadata": metadata(name, draft), "spec": spec,
            ]
            try patch(&pod, draft)
            try draft.profile?.check(pod)
            return PodRequest(item: ItemID(task: index, item: attempt.index), name: name, pod: pod)
        }
    }

    /// The task as it is to run: references are replaced, what is left open comes from the profile.
    private func draft(_ task: PipelineTask, _ attempt: PodAttempt) throws(TaskProblem) -> PodDraft {
        var task = task
        let profile = try settings.platform.profile(task.container.profile ?? run.spec.value?.profile)
        do throws(InvalidSpec) {
            task.container = try task.container.evaluated(in: attempt.scope)
        } catch {
            throw TaskProblem(.expressionFailed, error.message)
        }
        try checkSizes(task.container)
        let needs = task.container.resources
        task.container.resources = needs?.merged(over: profile?.spec.resources) ?? profile?.spec.resources
        if let image = task.container.image, let profile { task.container.image = profile.image(image) }
        return PodDraft(task: task, attempt: attempt, profile: profile)
    }

    private func metadata(_ name: String, _ draft: PodDraft) -> JSONValue {
        var labels: [String: JSONValue] = [
            FairleadLabel.managedBy: .string(FairleadLabel.managedByValue),
            FairleadLabel.run: .string(run.metadata.name), FairleadLabel.task: .string(draft.task.name),
        ]
        if let pipeline = fixed.pipeline, pipeline.utf8.count <= 63 {
            labels[FairleadLabel.pipeline] = .string(pipeline)
        }
        if let index = draft.attempt.scope.itemIndex { labels[FairleadLabel.itemIndex] = .string(String(index)) }
        let budget = draft.attempt.budget
        var annotations = draft.annotations
        annotations[PodNaming.attemptAnnotation] = .string(String(budget.attempt))
        annotations[PodNaming.failuresAnnotation] = .string(String(budget.failures))
        annotations[PodNaming.disruptionsAnnotation] = .string(String(budget.disruptions))
        if let queue = run.spec.value?.queue { labels[PodNaming.queueLabel] = .string(queue) }
        if let computation = draft.attempt.computation {
            annotations[PodNaming.computationAnnotation] = .string(computation)
        }
        if let first = draft.attempt.firstCreated {
            annotations[PodNaming.firstAttemptAnnotation] = .string(Time(first).description)
        }
        return [
            "name": .string(name), "namespace": .string(namespace), "labels": .object(labels),
            "annotations": .object(annotations), "finalizers": [.string(PodNaming.outcomeFinalizer)],
            "ownerReferences": [OwnerReference(controller: .pipelineRun, metadata: run.metadata).json],
        ]
    }

    /// The run's namespace.
    var namespace: String { run.metadata.namespace ?? "default" }

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
        if !draft.fetch.isEmpty { first.append(try draft.fetch.container("fetch", image: ownImage(draft.task))) }
        if let packages = packages(&draft, &main) { first.append(packages) }
        if !draft.store.isEmpty {
            draft.store.plan["graceSeconds"] = .integer(Self.storeSeconds)
            var store = try draft.store.container("store", image: ownImage(draft.task))
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
        return spec
    }

    /// The image of `fetch` and `store`.
    private func ownImage(_ task: PipelineTask) throws(TaskProblem) -> String {
        if let image = settings.image { return image }
        throw TaskProblem(
            .invalidSpec,
            "task \"\(task.name)\" has files elsewhere, but the controller doesn't know its own image (--image)")
    }

    /// Secrets for the image: the user's, and that of the Connection which leads to its registry.
    private func pullSecrets(_ container: ContainerSpec) -> [String] {
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
            throw TaskProblem(.invalidSpec, "task \"\(draft.task.name)\" has no image")
        }
        var main: JSONValue = [
            "name": "main", "image": .string(image), "terminationMessagePolicy": "FallbackToLogsOnError",
            "securityContext": ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]],
        ]
        draft.volumes.add(name: "work", ["emptyDir": [:]], at: Folder.work)
        try addCode(&draft)
        main["workingDir"] = .string(draft.workingDirectory)
        addProgram(draft.container, &main)
        try addInputs(&draft)
        try addOutputs(&draft)
        try addCheckpoint(&draft)
        mountFiles(&draft)
        mountSpec(&draft)
        main["env"] = .array(environment(draft))
        if let resources = resources(&draft) { main["resources"] = resources }
        return main
    }

    private func addProgram(_ container: ContainerSpec, _ main: inout JSONValue) {
        let file = "\(Folder.spec)/script"
        var command = container.command ?? []
        if let script = container.script {
            command = Self.interpreter(of: script) + [file]
        } else if container.python != nil {
            command = ["python", "-u", file]
        }
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
