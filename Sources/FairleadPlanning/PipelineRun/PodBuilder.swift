public import FairleadAPI
import Foundation
import KubernetesCore

/// Builds the pod of one attempt of a task: a pure function of the run, what it runs, and what tasks before it wrote.
public struct PodBuilder: Sendable {
    let run: PipelineRun
    let fixed: FixedRun
    let settings: PlanningSettings
    private let tasks: [PipelineTask]

    /// The folders that a pod of ours has.
    enum Folder {
        static let work = "/fairlead/work"
        static let spec = "/fairlead/spec"
        static let inputs = "/fairlead/inputs"
        static let outputs = "/fairlead/outputs"
        static let packages = "/fairlead/packages"
    }

    /// Makes a builder for the pods of one run.
    public init(run: PipelineRun, fixed: FixedRun, settings: PlanningSettings) {
        self.run = run
        self.fixed = fixed
        self.settings = settings
        tasks = fixed.tasks
    }

    /// The pod of a task's next attempt.
    ///
    /// - Parameters:
    ///   - index: The task.
    ///   - table: What is known of earlier attempts.
    public func pod(_ index: Int, _ table: RunTable) -> Result<PodRequest, TaskProblem> {
        guard tasks.indices.contains(index), table.entries.indices.contains(index) else {
            return .failure(TaskProblem(.invalidSpec, "no task has the index \(index)"))
        }
        var task = tasks[index]
        let scope = RunScope.scope(of: task.container.references, run: run, fixed: fixed, table: table)
        let budget = AttemptBudget(
            after: table.entries[index].newest, rules: task.container.retry?.rules ?? [])
        return Result { () throws(TaskProblem) in
            do throws(InvalidSpec) {
                task.container = try task.container.evaluated(in: scope)
            } catch {
                throw TaskProblem(.expressionFailed, error.message)
            }
            let name = PodNaming.podName(
                run: run.metadata.name, runUID: run.metadata.uid, task: task.name, attempt: budget.attempt)
            var pod: JSONValue = [
                "apiVersion": "v1", "kind": "Pod",
                "metadata": metadata(name, task, budget, table.entries[index].firstCreated),
                "spec": try spec(task, budget, scope),
            ]
            for override in task.container.overrides where override.target?.role == nil {
                pod = try patched(pod, override)
            }
            return PodRequest(task: index, name: name, pod: pod)
        }
    }

    /// The pod with a patch of the user's; what makes it ours stays.
    private func patched(_ pod: JSONValue, _ override: PodOverride) throws(TaskProblem) -> JSONValue {
        do throws(PatchError) {
            var patched = try StrategicMergePatch.apply(override.pod, to: pod, schema: PodMergeSchema.pod)
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
            throw TaskProblem(.invalidSpec, "overrides: \(error)")
        }
    }

    private func metadata(
        _ name: String, _ task: PipelineTask, _ budget: AttemptBudget, _ firstCreated: Date?
    ) -> JSONValue {
        var labels: [String: JSONValue] = [
            FairleadLabel.managedBy: .string(FairleadLabel.managedByValue),
            FairleadLabel.run: .string(run.metadata.name), FairleadLabel.task: .string(task.name),
        ]
        if let pipeline = fixed.pipeline, pipeline.utf8.count <= 63 {
            labels[FairleadLabel.pipeline] = .string(pipeline)
        }
        var annotations: [String: JSONValue] = [
            PodNaming.attemptAnnotation: .string(String(budget.attempt)),
            PodNaming.failuresAnnotation: .string(String(budget.failures)),
            PodNaming.disruptionsAnnotation: .string(String(budget.disruptions)),
        ]
        if let firstCreated {
            annotations[PodNaming.firstAttemptAnnotation] = .string(Time(firstCreated).description)
        }
        return [
            "name": .string(name), "namespace": .string(run.metadata.namespace ?? "default"),
            "labels": .object(labels),
            "annotations": .object(annotations),
            "finalizers": [.string(PodNaming.outcomeFinalizer)],
            "ownerReferences": [OwnerReference(controller: .pipelineRun, metadata: run.metadata).json],
        ]
    }

    private func spec(
        _ task: PipelineTask, _ budget: AttemptBudget, _ scope: Scope
    ) throws(TaskProblem) -> JSONValue {
        var volumes = VolumeList()
        var main = try container(task, budget, scope, &volumes)
        var spec: JSONValue = [
            "restartPolicy": "Never", "automountServiceAccountToken": false, "enableServiceLinks": false,
            "securityContext": [
                "runAsNonRoot": true, "runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000,
                "seccompProfile": ["type": "RuntimeDefault"],
            ],
        ]
        if let packages = task.container.packages, !packages.list.isEmpty {
            spec["initContainers"] = [packagesContainer(task, packages, &volumes)]
            let path = "\(Folder.packages)/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            main.addEnvironment("VIRTUAL_ENV", .string("\(Folder.packages)/venv"))
            main.addEnvironment("PATH", .string(path))
        }
        main["volumeMounts"] = .array(volumes.mounts)
        spec["containers"] = [main]
        spec["volumes"] = .array(volumes.volumes)
        if let account = task.container.serviceAccount {
            spec["serviceAccountName"] = .string(account)
            spec["automountServiceAccountToken"] = true
        }
        if !task.container.pullSecrets.isEmpty {
            spec["imagePullSecrets"] = .array(task.container.pullSecrets.map { ["name": .string($0)] })
        }
        if let limit = task.container.timeouts?.attempt {
            spec["activeDeadlineSeconds"] = .integer(max(1, limit.seconds))
        }
        return spec
    }

    private func container(
        _ task: PipelineTask, _ budget: AttemptBudget, _ scope: Scope, _ volumes: inout VolumeList
    ) throws(TaskProblem) -> JSONValue {
        guard let image = task.container.image else {
            throw TaskProblem(.invalidSpec, "task \"\(task.name)\" has no image")
        }
        var main: JSONValue = [
            "name": "main", "image": .string(image),
            "workingDir": .string(Folder.work), "terminationMessagePolicy": "FallbackToLogsOnError",
            "securityContext": ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]],
        ]
        volumes.add(name: "work", ["emptyDir": [:]], at: Folder.work)
        addProgram(task, &main)
        try mountInputs(task, scope, &volumes)
        try mountOutputs(task, budget, &volumes)
        mountFiles(task, &volumes)
        mountSpec(task, &volumes)
        main["env"] = .array(environment(task, budget))
        if let resources = resources(task, &volumes) { main["resources"] = resources }
        return main
    }

    private func addProgram(_ task: PipelineTask, _ main: inout JSONValue) {
        let file = "\(Folder.spec)/script"
        var command = task.container.command ?? []
        if let script = task.container.script {
            command = Self.interpreter(of: script) + [file]
        } else if task.container.python != nil {
            command = ["python", "-u", file]
        }
        if !command.isEmpty { main["command"] = .array(command.map { .string($0) }) }
        if let args = task.container.args, !args.isEmpty { main["args"] = .array(args.map { .string($0) }) }
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

    private func packagesContainer(
        _ task: PipelineTask, _ packages: Packages, _ volumes: inout VolumeList
    ) -> JSONValue {
        volumes.add(name: "packages", ["emptyDir": [:]], at: Folder.packages)
        let venv = "\(Folder.packages)/venv"
        var environment: [JSONValue] = [
            [
                "name": "FAIRLEAD_PACKAGES",
                "value": .string(JSONWriter.string(.array(packages.list.map { .string($0) }))),
            ],
            ["name": "HOME", "value": .string(Folder.packages)],
        ]
        if let index = packages.index {
            environment.append(["name": "FAIRLEAD_PACKAGES_INDEX", "value": .string(index)])
            environment.append(["name": "PIP_INDEX_URL", "value": .string(index)])
        }
        // The requirements are arguments of their own, never text in a shell's program.
        let install = #"python -m venv --system-site-packages "$0" && exec "$0/bin/pip" install --no-input "$@""#
        return [
            "name": "packages", "image": .string(task.container.image ?? ""),
            "command": .array(
                (["sh", "-ec", install, venv] + packages.list).map { .string($0.doublingDollars) }),
            "env": .array(environment), "terminationMessagePolicy": "FallbackToLogsOnError",
            "securityContext": ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]],
            "volumeMounts": [["name": "packages", "mountPath": .string(Folder.packages)]],
        ]
    }
}

extension JSONValue {
    /// Appends a variable to a container's environment.
    mutating func addEnvironment(_ name: String, _ value: JSONValue) {
        var environment = self["env"]?.arrayValue ?? []
        environment.append(["name": .string(name), "value": value])
        self["env"] = .array(environment)
    }
}
