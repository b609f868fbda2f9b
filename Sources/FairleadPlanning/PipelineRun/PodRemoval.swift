import FairleadAPI
import KubernetesCore

/// Which of a run's recorded pods are deleted: by default those of map items that ended well.
enum PodRemoval {
    /// The selector of the pods that go, nil where all stay.
    static func selector(run: PipelineRun) -> String? {
        // Pods of the run's training jobs are the jobs'.
        let own = "\(FairleadLabel.run)=\(run.metadata.name),!\(FairleadLabel.trainingJob)"
        switch run.spec.value?.podRetention {
        case .all: return nil
        case .failed: return "\(own),\(FairleadLabel.recorded)=\(Recorded.succeeded.rawValue)"
        case .some(.none): return "\(own),\(FairleadLabel.recorded)"
        case nil:
            return "\(own),\(FairleadLabel.recorded)=\(Recorded.succeeded.rawValue),\(FairleadLabel.itemIndex)"
        }
    }

    /// Whether the selector takes a pod.
    static func takes(_ pod: PodView, run: PipelineRun) -> Bool {
        guard let recorded = pod.metadata.labels[FairleadLabel.recorded] else { return false }
        let hasSucceeded = recorded == Recorded.succeeded.rawValue
        switch run.spec.value?.podRetention {
        case .all: return false
        case .failed: return hasSucceeded
        case .some(.none): return true
        case nil: return hasSucceeded && pod.metadata.labels[FairleadLabel.itemIndex] != nil
        }
    }
}

/// What the label `fairlead.dev/recorded` says of a pod whose outcome is recorded.
public enum Recorded: String, Sendable {
    case succeeded = "Succeeded"
    case failed = "Failed"
}
