import FairleadAPI
import KubernetesCore

/// How `torch.distributed` and `torchrun` find each other.
///
/// Plain processes read `MASTER_ADDR` and its companions, `torchrun` takes its arguments from variables that begin with
/// `PET_`. Both meet at one port, that of Kubeflow's first version.
struct PyTorchContract: FrameworkContract {
    private static let port = 23456
    private let layout: JobLayout

    init(_ layout: JobLayout) { self.layout = layout }

    func additions(for member: JobMember) -> PodAdditions {
        let spec = layout.fixed.spec
        let leader = layout.address(layout.fixed.leader)
        var additions = PodAdditions()
        additions.listen("pytorchjob-port", at: Self.port)
        additions.unbuffered()
        additions.set("PET_NPROC_PER_NODE", layout.fixed.processes)
        guard spec.elastic == nil else {
            // Ranks are dealt out anew whenever nodes come or go: none is fixed here.
            let others = spec.roleNames.filter { $0 != RoleName.worker }.reduce(0) { $0 + spec.nodes(of: $1) }
            let range = spec.workerRange
            additions.set("PET_NNODES", "\(range.lowerBound + others):\(range.upperBound + others)")
            additions.set("PET_RDZV_BACKEND", "c10d")
            additions.set("PET_RDZV_ENDPOINT", "\(leader):\(Self.port)")
            additions.set("PET_RDZV_ID", layout.job.uid)
            return additions
        }
        additions.set("MASTER_ADDR", leader)
        additions.set("MASTER_PORT", Self.port)
        additions.set("WORLD_SIZE", layout.size * plainProcesses(spec))
        additions.set("RANK", member.rank)
        additions.set("PET_MASTER_ADDR", leader)
        additions.set("PET_MASTER_PORT", Self.port)
        additions.set("PET_NNODES", layout.size)
        additions.set("PET_NODE_RANK", member.rank)
        return additions
    }

    /// How many processes a pod runs that no torchrun starts: one, unless a number was given.
    private func plainProcesses(_ spec: TrainingJobSpec) -> Int {
        if case .count(let count)? = spec.processesPerNode { count } else { 1 }
    }
}
