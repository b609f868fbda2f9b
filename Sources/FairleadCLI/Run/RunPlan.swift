import FairleadAPI
import KubernetesCore

/// What `fairlead run` does with the objects of some files.
struct RunPlan: Sendable {
    /// What is applied, in order.
    private(set) var applied: [ManifestDocument]
    /// The runs that are made afterwards.
    private(set) var runs: [RunRequest]
    /// The training jobs that are made afterwards.
    private(set) var jobs: [JSONValue]

    /// Decides.
    ///
    /// - Parameters:
    ///   - set: Files without mistakes.
    ///   - name: The run's name, nil for that of the manifest or one that the server makes.
    ///   - hasParams: Whether parameters were given on the command line.
    /// - Throws: ``CommandError`` where the files hold nothing to run, or not one thing that was meant.
    init(_ set: ManifestSet, name: String?, hasParams: Bool) throws(CommandError) {
        applied = set.documents.filter { !$0.isRun && !$0.isJob }
        // A namespace comes before what stands in it; otherwise the order is that of the files.
        applied = applied.filter(Self.isNamespace) + applied.filter { !Self.isNamespace($0) }
        runs = set.documents.filter(\.isRun).map { RunRequest(object: $0.value) }
        jobs = set.documents.filter(\.isJob).map(\.value)
        if runs.isEmpty, jobs.isEmpty {
            let pipelines = applied.filter(\.isPipeline).compactMap(\.name)
            guard let only = pipelines.first else {
                throw CommandError(.invalidInput, "there is no PipelineRun, no TrainingJob and no Pipeline to run")
            }
            guard pipelines.count == 1 else {
                throw CommandError(
                    .invalidInput,
                    "there are \(pipelines.count) pipelines (\(pipelines.joined(separator: ", "))) and no PipelineRun; "
                        + "apply them with kubectl, then name the one to run: fairlead run \(only)")
            }
            runs = [RunRequest(pipeline: only)]
        }
        let count = runs.count + jobs.count
        if count > 1, name != nil || hasParams {
            throw CommandError(
                .invalidInput, "there are \(count) PipelineRuns and TrainingJobs, and --name and -p are for one")
        }
        if runs.isEmpty, hasParams { throw CommandError(.invalidInput, "-p: a training job has no parameters") }
        guard let name else { return }
        for index in runs.indices { runs[index].rename(name) }
        for index in jobs.indices {
            jobs[index][path: ["metadata", "generateName"]] = nil
            jobs[index][path: ["metadata", "name"]] = .string(name)
        }
    }

    private static func isNamespace(_ document: ManifestDocument) -> Bool {
        document.gvk == ResourceType.namespace.gvk
    }
}
