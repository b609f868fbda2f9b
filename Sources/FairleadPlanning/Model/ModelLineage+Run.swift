public import FairleadAPI
public import KubernetesCore

extension ModelLineage {
    /// What a run's records tell of the task that made a model.
    ///
    /// - Parameters:
    ///   - run: The run's metadata.
    ///   - fixed: What it runs.
    ///   - task: The task as it ran.
    ///   - itemIndex: The item's index, where the task is mapped.
    ///   - imageID: The image that ran, with its digest where the node tells it.
    ///   - commit: The commit to which its code was resolved.
    ///   - inputs: What it read.
    ///   - parents: The models that it read.
    public init(
        run: ObjectMeta, fixed: FixedRun, task: PipelineTask, itemIndex: Int? = nil, imageID: String? = nil,
        commit: String? = nil, inputs: [LineageInput] = [], parents: [ModelReference] = []
    ) {
        let container = task.program ?? ContainerSpec()
        let digest = (try? KubernetesJSON.encode(fixed.spec)).map { ContentDigest.text($0) }
        self.init(
            run: run.name, runUID: run.uid, task: task.name, itemIndex: itemIndex, pipelineDigest: digest,
            image: container.image, imageID: imageID,
            code: container.code.map { LineageCode(git: $0.git, commit: commit, uri: $0.uri) },
            packages: container.packages?.list ?? [], seed: fixed.params["seed"]?.integerValue, inputs: inputs,
            parents: parents.map(\.description))
    }
}
