import FairleadAPI
import FairleadPlanning
import KubernetesCore

/// A run as a comparison sees it.
struct ComparedRun: Sendable {
    let run: PipelineRun
    /// What was fixed when it started; nil where that can no longer be read.
    let fixed: FixedRun?

    var name: String { run.metadata.name }

    /// The value of every parameter; without what was fixed those that were given.
    var params: [String: JSONValue] { fixed?.params ?? run.spec.value?.params ?? [:] }

    /// How long it took, in seconds; nil where it is not finished.
    var seconds: Int64? { Self.seconds(run.status.startTime, run.status.completionTime) }

    /// A task's status.
    func task(_ name: String) -> TaskStatus? { run.status.tasks.first { $0.name == name } }

    /// What a task does, complete; nil where that is not known.
    func definition(_ name: String) -> PipelineTask? { fixed?.tasks.first { $0.name == name } }

    /// The time between two moments.
    static func seconds(_ start: Time?, _ end: Time?) -> Int64? {
        guard let start, let end else { return nil }
        return end.secondsSince1970 - start.secondsSince1970
    }
}
