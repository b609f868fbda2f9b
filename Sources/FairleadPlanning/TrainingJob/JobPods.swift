public import FairleadAPI
import Foundation
public import KubernetesCore

/// A pod of a job to be made.
public struct JobPodRequest: Sendable, Hashable {
    /// Its place in the job.
    public var member: JobMember
    /// The pod's name.
    public var name: String
    /// The whole pod.
    public var pod: JSONValue
}

/// The pods of one job, and what they find each other by.
public struct JobPods: Sendable {
    private let fixed: FixedJob
    private let layout: JobLayout
    private let contract: any FrameworkContract
    private let builder: PodBuilder

    /// The annotation by which Kubernetes' own indexed jobs tell a pod its index.
    private static let completionIndex = "batch.kubernetes.io/job-completion-index"

    /// Makes what builds the pods of one job.
    public init(job: TrainingJob, fixed: FixedJob, settings: PlanningSettings) {
        self.fixed = fixed
        layout = JobLayout(job: job.metadata, fixed: fixed)
        contract = layout.contract
        builder = PodBuilder(owner: layout.owner, settings: settings)
    }

    /// The pod of a member.
    ///
    /// - Parameters:
    ///   - member: Its place.
    ///   - budget: The attempt of the gang, or of the replica.
    ///   - commits: The commits to which the job has resolved its code.
    func pod(
        _ member: JobMember, budget: AttemptBudget, commits: [String: String] = [:]
    ) -> Result<JobPodRequest, TaskProblem> {
        guard let container = fixed.containers[member.role] else {
            return .failure(TaskProblem(.invalidSpec, "no pod of the job has the role \"\(member.role)\""))
        }
        let name = Self.podName(layout.job, member, attempt: budget.attempt)
        let isLeader = member == fixed.leader
        var program = PodProgram(
            pod: name, story: "role \"\(member.role)\"", place: member.role, container: container,
            identity: identity(of: member), role: member.role)
        program.storesArtifacts = isLeader
        program.storesCheckpoint = member == fixed.firstProcess
        program.checkpointPlace = fixed.leader.role
        program.additions = contract.additions(for: member)
        // What the validator lets a user set is the user's.
        program.additions.environment.removeAll { variable in
            variable["name"]?.stringValue.map { container.env[$0] != nil } ?? false
        }
        program.additions.labels = labels(of: member, attempt: budget.attempt)
        program.additions.annotations[Self.completionIndex] = String(member.rank)
        addPlace(member, &program.additions)
        addProgress(&program.additions)
        let attempt = PodAttempt(
            scope: Scope(), budget: budget, models: builder.settings.models, commits: commits)
        return Result { [program] () throws(TaskProblem) in
            JobPodRequest(member: member, name: name, pod: try builder.pod(program, attempt))
        }
    }

    /// The name of a member's pod.
    public static func podName(_ job: ObjectMeta, _ member: JobMember, attempt: Int) -> String {
        PodNaming.name(
            run: job.name, task: "\(member.role)-\(member.index)",
            unique: "\(job.uid)/\(member.role)/\(member.index)/\(attempt)")
    }

    /// What names the code of the job while its commit has to be found out: pods tell it by ``PodCode/resolved(_:)``.
    public var codeKeys: Set<String> { Set(fixed.containers.values.compactMap { PodCode.key($0, in: Scope()) }) }

    private func identity(of member: JobMember) -> [(name: String, value: String)] {
        var identity: [(name: String, value: String)] = [
            ("FAIRLEAD_JOB", layout.job.name), ("FAIRLEAD_ROLE", member.role), ("FAIRLEAD_INDEX", String(member.index)),
            ("FAIRLEAD_RANK", String(member.rank)), ("FAIRLEAD_NODES", String(layout.size)),
            ("FAIRLEAD_LEADER", layout.address(fixed.leader)),
            // What Kubernetes gives each pod of an indexed Job, of which Trainer's jobs consist.
            ("JOB_COMPLETION_INDEX", String(member.rank)),
        ]
        for (name, label) in [("FAIRLEAD_RUN", FairleadLabel.run), ("FAIRLEAD_TASK", FairleadLabel.task)] {
            if let value = layout.job.labels[label] { identity.append((name, value)) }
        }
        return identity
    }

    private func labels(of member: JobMember, attempt: Int) -> [String: String] {
        var labels = [
            FairleadLabel.role: member.role, FairleadLabel.index: String(member.index),
            FairleadLabel.trainingJobUID: layout.job.uid,
            "training.kubeflow.org/replica-type": member.role,
            "training.kubeflow.org/replica-index": String(member.index),
        ]
        for (name, value) in [
            ("jobset-name", layout.job.name), ("replicatedjob-name", member.role), ("job-index", String(member.index)),
            ("job-global-index", String(member.rank)), ("restart-attempt", String(attempt - 1)),
        ] { labels["jobset.sigs.k8s.io/\(name)"] = value }
        if member == fixed.leader { labels["training.kubeflow.org/job-role"] = "master" }
        labels[PodNaming.queueLabel] = fixed.spec.queue
        return labels
    }

    private func addPlace(_ member: JobMember, _ additions: inout PodAdditions) {
        additions.spec["hostname"] = .string(layout.host(member.role, member.index))
        additions.spec["subdomain"] = .string(layout.service)
        additions.spec["tolerations"] = .array(
            ["not-ready", "unreachable"].map { condition in
                [
                    "key": .string("node.kubernetes.io/\(condition)"), "operator": "Exists", "effect": "NoExecute",
                    "tolerationSeconds": .integer(fixed.spec.effectiveNodeLoss.seconds),
                ]
            })
        if let priority = fixed.spec.priority { additions.spec["priorityClassName"] = .string(priority) }
    }

    private func addProgress(_ additions: inout PodAdditions) {
        guard let progress = fixed.progress, let path = ProgressEndpoint.mount["mountPath"]?.stringValue,
            let name = ProgressEndpoint.mount["name"]?.stringValue
        else { return }
        let key = ObjectKey(namespace: layout.namespace, name: layout.job.name)
        for variable in progress.environment(key) { additions.set(variable.name, variable.value) }
        let volume = ProgressEndpoint.volume(key, configMap: builder.owner.specName)
        additions.volumes.append(PodAdditions.Volume(name: name, source: volume, path: path))
    }

    /// The one headless Service: its names are known before the pods are ready.
    public func service() -> JSONValue {
        [
            "apiVersion": "v1", "kind": "Service", "metadata": builder.owner.metadata(layout.service),
            "spec": [
                "clusterIP": "None", "publishNotReadyAddresses": true,
                "selector": [
                    FairleadLabel.trainingJob: .string(layout.job.name),
                    FairleadLabel.trainingJobUID: .string(layout.job.uid),
                ],
            ],
        ]
    }

    /// The Secret with the key by which the launcher reaches the workers; nil where there is no launcher.
    ///
    /// It is made once: its name is the job's alone, so that one that is there is good.
    public func secret(_ key: @autoclosure () -> SSHKeyPair) -> JSONValue? {
        guard fixed.spec.effectiveFramework.hasLauncher else { return nil }
        let key = key()
        return [
            "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/ssh-auth",
            "metadata": builder.owner.metadata(MPIContract.secretName(layout.job)), "immutable": true,
            "stringData": [
                SSHKeyPair.privateKeyName: .string(key.privateKey), SSHKeyPair.publicKeyName: .string(key.publicKey),
            ],
        ]
    }
}
