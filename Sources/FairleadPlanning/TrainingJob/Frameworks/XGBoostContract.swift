/// How XGBoost's workers find the tracker, which the program of rank 0 starts.
struct XGBoostContract: FrameworkContract {
    static let port = 9999
    private let layout: JobLayout

    init(_ layout: JobLayout) { self.layout = layout }

    func additions(for member: JobMember) -> PodAdditions {
        let tracker = layout.address(layout.fixed.leader)
        var additions = Self.common(layout, member)
        additions.set("DMLC_TRACKER_URI", tracker)
        additions.set("DMLC_TRACKER_PORT", Self.port)
        additions.set("DMLC_TASK_ID", member.rank)
        additions.set("DMLC_NUM_WORKER", layout.size * layout.fixed.processes)
        return additions
    }

    /// What Kubeflow's first version gives XGBoost and LightGBM alike.
    static func common(_ layout: JobLayout, _ member: JobMember) -> PodAdditions {
        var additions = PodAdditions()
        additions.listen("xgboostjob-port", at: port)
        additions.unbuffered()
        additions.set("MASTER_ADDR", layout.address(layout.fixed.leader))
        additions.set("MASTER_PORT", port)
        additions.set("WORLD_SIZE", layout.size)
        additions.set("RANK", member.rank)
        return additions
    }
}
