/// How `jax.distributed` finds its coordinator.
///
/// The first version of Kubeflow tells host and port apart, the second one in one; both mean the same port.
struct JAXContract: FrameworkContract {
    private static let port = 6666
    private let layout: JobLayout

    init(_ layout: JobLayout) { self.layout = layout }

    func additions(for member: JobMember) -> PodAdditions {
        let coordinator = layout.address(layout.fixed.leader)
        var additions = PodAdditions()
        additions.listen("jaxjob-port", at: Self.port)
        additions.unbuffered()
        additions.set("COORDINATOR_ADDRESS", coordinator)
        additions.set("COORDINATOR_PORT", Self.port)
        additions.set("NUM_PROCESSES", layout.size)
        additions.set("PROCESS_ID", member.rank)
        additions.set("JAX_COORDINATOR_ADDRESS", "\(coordinator):\(Self.port)")
        additions.set("JAX_NUM_PROCESSES", layout.size)
        additions.set("JAX_PROCESS_ID", member.rank)
        return additions
    }
}
