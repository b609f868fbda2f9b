public import FairleadAPI
import KubernetesCore

/// The pipelines that a trigger names, as they are now.
///
/// What is wrong with them stops no trigger: a run that is due all the same waits a while for its pipeline, and says
/// itself why it fails.
public struct TriggerPipelines: Sendable {
    /// Those that are there, by name.
    public var found: [String: Pipeline]
    /// The names of all in the namespace, one of which may be meant.
    public var others: [String]

    /// Collects pipelines.
    public init(found: [String: Pipeline], others: [String] = []) {
        self.found = found
        self.others = others
    }

    /// What is wrong, for the condition.
    struct Misfit {
        var reason: String
        var message: String
    }

    /// The reasons that stop no trigger.
    static let reasons: Set<String> = [missing, mismatch]
    private static let missing = "PipelineMissing"
    private static let mismatch = "PipelineMismatch"

    /// Why the runs of a valid trigger would fail, or never start; nil where nothing is known to be wrong.
    func misfit(_ spec: TriggerSpec) -> Misfit? {
        let problems = spec.pipelines.filter { found[$0.name] == nil }.map { path, name in
            InvalidField(
                path: path.description,
                message: "there is no pipeline \"\(name)\" in this namespace"
                    + NearestName.suggestion(name, among: others))
        }
        guard problems.isEmpty else { return Misfit(reason: Self.missing, message: InvalidSpec(problems).message) }
        guard let template = spec.template.pipelineRun, let name = template.spec["pipeline"]?.stringValue,
            let pipeline = found[name]?.spec.value
        else { return nil }
        let misfits = TriggerValidator.misfits(template, with: pipeline)
        return misfits.isEmpty ? nil : Misfit(reason: Self.mismatch, message: InvalidSpec(misfits).message)
    }
}
