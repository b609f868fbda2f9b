import FairleadAPI
import KubernetesCore

/// The models that a job's artifacts become.
struct JobModels {
    let job: TrainingJob
    let fixed: FixedJob
    let settings: PlanningSettings

    /// What the leader's artifacts register; one for which no Model can have its name is left out.
    func registrations(_ table: GangTable) -> [ModelRegistration] {
        guard let leader = table.leader, leader.outcome.isSuccess else { return [] }
        let lineage = lineage(table)
        return fixed.spec.container.artifacts.compactMap { declared in
            guard let model = declared.register, let artifact = leader.artifacts[declared.name],
                var registration = try? ModelRegistration(
                    model: model, artifact: artifact, params: [:], lineage: lineage,
                    source: ModelRegistration.Source(job: job.metadata, artifact: declared.name))
            else { return nil }
            registration.metrics = metrics
            return registration
        }
    }

    /// What the job told of itself last; how far it is says nothing of the model.
    private var metrics: [String: Double] {
        var metrics = job.status.metrics.compactMapValues(\.doubleValue)
        metrics[JobProgress.percentName] = nil
        metrics[JobProgress.remainingName] = nil
        return metrics
    }

    /// What the leader ran, and on what.
    private func lineage(_ table: GangTable) -> ModelLineage {
        let container = fixed.containers[fixed.spec.leaderRole] ?? fixed.spec.container
        let commit = container.code.flatMap { code in
            PodCode.key(code).flatMap { table.commits[$0] } ?? code.ref
        }
        var inputs: [LineageInput] = []
        var parents: [String] = []
        for (name, source) in container.inputs.sorted(by: { $0.key < $1.key }) {
            if let model = source.model {
                if let parent = settings.modelVersions[model] { parents.append(parent.description) }
            } else if let uri = source.uri {
                inputs.append(LineageInput(name: name, uri: uri))
            }
        }
        let run = job.metadata.controller.flatMap { $0.kind == ResourceType.pipelineRun.gvk.kind ? $0 : nil }
        return ModelLineage(
            run: run?.name, runUID: run?.uid, task: run == nil ? nil : job.metadata.labels[FairleadLabel.task],
            trainingJob: job.metadata.name, trainingJobUID: job.metadata.uid, image: container.image,
            imageID: table.leader?.imageID,
            code: container.code.map { LineageCode(git: $0.git, commit: commit, uri: $0.uri) },
            packages: container.packages?.list ?? [], inputs: inputs, parents: parents)
    }
}
