public import FairleadAPI
import KubernetesCore

/// What `resumeFrom` means for the start of a run.
public enum RecoveryStart {
    /// Why a run can't resume the one that it names, nil where it can.
    static func problem(_ spec: PipelineRunSpec, _ origin: RecoveryOrigin) -> InvalidField? {
        guard let resume = spec.resumeFrom else { return nil }
        let path = "spec.resumeFrom.run"
        let run = "run \"\(resume.run)\""
        switch origin {
        case .found: return nil
        case .none, .missing:
            return InvalidField(path: path, message: "there is no \(run) in this namespace to resume")
        case .unfinished:
            return InvalidField(path: path, message: "\(run) is not finished; stop it, or wait for its end")
        case .unstarted:
            return InvalidField(path: path, message: "\(run) started nothing, so that there is nothing to resume")
        }
    }

    /// The parameters that a run is given: its own, then those of the run that it resumes, as far as the pipeline
    /// still has them.
    static func params(
        _ spec: PipelineRunSpec, _ pipeline: PipelineSpec, _ origin: RecoveryOrigin
    ) -> [String: JSONValue] {
        guard case .found(let source) = origin else { return spec.params }
        let declared = Set(pipeline.params.map(\.name))
        let earlier = source.fixed.params.filter { declared.contains($0.key) }
        return spec.params.merging(earlier) { own, _ in own }
    }

    /// The ConfigMaps that hold what recovered items wrote, in the new run.
    public static func chunks(
        _ fixed: FixedRun, run: PipelineRun, from origin: RecoveryOrigin
    ) -> [ItemOutputs.Chunk] {
        guard case .found(let source) = origin else { return [] }
        let table = RunTable(
            shape: RunShape(fixed), recorded: fixed.recovered ?? [], outputs: source.outputs)
        let items = table.shape.tasks.indices.flatMap { index in
            table.entries[index].values.keys.filter { table.entries[index].completed.contains($0) }.sorted().map {
                ItemID(task: index, item: $0)
            }
        }
        return ItemOutputs.chunks(of: items, table, run: run)
    }
}
