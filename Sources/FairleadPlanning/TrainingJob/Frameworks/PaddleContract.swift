import FairleadAPI
import KubernetesCore

/// How `paddle.distributed.launch` finds its master.
///
/// The master knows itself only by its own address: what `PADDLE_MASTER` names is compared with the pod's.
struct PaddleContract: FrameworkContract {
    private static let port = 36543
    private let layout: JobLayout

    init(_ layout: JobLayout) { self.layout = layout }

    func additions(for member: JobMember) -> PodAdditions {
        let hasServers = layout.fixed.spec.nodes(of: RoleName.ps) > 0
        let master = hasServers ? RoleName.ps : RoleName.worker
        var additions = PodAdditions()
        additions.listen("master", at: Self.port)
        additions.unbuffered()
        additions.set("PADDLE_JOB_ID", layout.job.name)
        additions.set("PADDLE_NNODES", layout.size)
        if member.role == master, member.index == 0 {
            additions.environment.append([
                "name": "FAIRLEAD_POD_IP", "valueFrom": ["fieldRef": ["fieldPath": "status.podIP"]],
            ])
            additions.set("PADDLE_MASTER", "$(FAIRLEAD_POD_IP):\(Self.port)")
        } else {
            additions.set("PADDLE_MASTER", "\(layout.address(master, 0)):\(Self.port)")
        }
        if hasServers {
            // Each of them is told how many processes its own pod starts.
            let isServer = member.role == RoleName.ps
            additions.set(isServer ? "PADDLE_SERVER_NUM" : "PADDLE_TRAINER_NUM", isServer ? 1 : layout.fixed.processes)
        } else if case .count(let processes)? = layout.fixed.spec.processesPerNode {
            additions.set("PADDLE_NPROC_PER_NODE", processes)
        }
        return additions
    }
}
