import KubernetesCore

/// Which of a ReplicaSet's pods goes first when there are too many.
struct PodRanking: Sendable, Hashable, Comparable {
    private var isBound: Bool
    private var phase: Int
    private var isReady: Bool
    private var cost: Int
    /// The shorter it has been ready, the smaller; in steps of a factor of two, within which chance decides.
    private var readyAge: Int
    private var restarts: Int
    private var age: Int
    private var uid: String

    init(_ pod: WorkloadPod, now: Time) {
        isBound = !(pod.spec.nodeName ?? "").isEmpty
        phase = ["Pending": 0, "Running": 2][pod.status.phase ?? "Pending"] ?? 1
        isReady = pod.isReady
        cost = pod.metadata.annotations["controller.kubernetes.io/pod-deletion-cost"].flatMap { Int($0) } ?? 0
        readyAge = isReady ? Self.step(pod.readySince, now) : 0
        restarts = -pod.restarts
        age = Self.step(pod.metadata.creationTimestamp, now)
        uid = pod.metadata.uid
    }

    private static func step(_ since: Time?, _ now: Time) -> Int {
        guard let since else { return 0 }
        let seconds = now.secondsSince1970.subtractingReportingOverflow(since.secondsSince1970).partialValue
        return Int64.bitWidth - max(0, seconds).leadingZeroBitCount
    }

    static func < (left: PodRanking, right: PodRanking) -> Bool {
        if left.isBound != right.isBound { return !left.isBound }
        if left.isReady != right.isReady || left.phase != right.phase {
            return (left.phase, left.isReady ? 1 : 0) < (right.phase, right.isReady ? 1 : 0)
        }
        if left.cost != right.cost { return left.cost < right.cost }
        let (one, other) = ((left.readyAge, left.restarts, left.age), (right.readyAge, right.restarts, right.age))
        return one == other ? left.uid < right.uid : one < other
    }
}
