import FairleadAPI
import KubernetesCore

/// What `fairlead run` does with the objects of some files.
struct RunPlan: Sendable {
    /// What is applied, in order.
    private(set) var applied: [ManifestDocument]
    /// What is made afterwards.
    private(set) var runs: [RunRequest]

    /// Decides.
    ///
    /// - Parameters:
    ///   - set: Files without mistakes.
    ///   - name: The run's name, nil for that of the manifest or one that the server makes.
    ///   - hasParams: Whether parameters were given on the command line.
    /// - Throws: ``CommandError`` where the files hold nothing to run, or not one thing that was meant.
    init(_ set: ManifestSet, name: String?, hasParams: Bool) throws(CommandError) {
        applied = set.documents.filter { !$0.isRun }
        // A namespace comes before what stands in it; otherwise the order is that of the files.
        applied = applied.filter(Self.isNamespace) + applied.filter { !Self.isNamespace($0) }
        runs = set.documents.filter(\.isRun).map { RunRequest(object: $0.value) }
        if runs.isEmpty {
            let pipelines = applied.filter(\.isPipeline).compactMap(\.name)
            guard let only = pipelines.first else {
                throw CommandError(.invalidInput, "there is neither a PipelineRun nor a Pipeline to run")
            }
            guard pipelines.count == 1 else {
                throw CommandError(
                    .invalidInput,
                    "there are \(pipelines.count) pipelines (\(pipelines.joined(separator: ", "))) and no PipelineRun; "
                        + "apply them with kubectl, then name the one to run: fairlead run \(only)")
            }
            runs = [RunRequest(pipeline: only)]
        }
        if runs.count > 1, name != nil || hasParams {
            throw CommandError(
                .invalidInput, "there are \(runs.count) PipelineRuns, and --name and -p are for one")
        }
        if let name { runs[0].rename(name) }
    }

    private static func isNamespace(_ document: ManifestDocument) -> Bool {
        document.gvk == ResourceType.namespace.gvk
    }
}
