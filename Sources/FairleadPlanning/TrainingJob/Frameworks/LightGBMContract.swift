/// How LightGBM's machines find each other: the master's address, and a list of the others'.
struct LightGBMContract: FrameworkContract {
    private let layout: JobLayout
    private let others: String

    init(_ layout: JobLayout) {
        self.layout = layout
        others = layout.fixed.members.dropFirst().map { layout.address($0) }.joined(separator: ",")
    }

    func additions(for member: JobMember) -> PodAdditions {
        var additions = XGBoostContract.common(layout, member)
        guard !others.isEmpty else { return additions }
        additions.set("WORKER_PORT", XGBoostContract.port)
        additions.set("WORKER_ADDRS", others)
        return additions
    }
}
