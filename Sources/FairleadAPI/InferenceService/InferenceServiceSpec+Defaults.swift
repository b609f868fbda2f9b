extension InferenceServiceSpec {
    /// The port on which a server listens where nobody says another.
    public static let defaultPort = 8080

    /// How many requests wait for each pod that there may be, where `scale.queue` is left out.
    public static let queuePerPod = 100

    /// Between which numbers of pods a revision is scaled.
    public var effectiveReplicas: ReplicaRange { replicas ?? ReplicaRange() }

    /// By what the service is scaled.
    public var effectiveScale: ScaleSpec { scale ?? ScaleSpec() }

    /// How long things may take.
    public var effectiveTimeouts: ServiceTimeouts { timeouts ?? ServiceTimeouts() }

    /// How a new revision takes over.
    public var effectiveRollout: RolloutSpec { rollout ?? RolloutSpec() }

    /// The most requests that wait for a pod.
    public var effectiveQueue: Int { effectiveScale.queue ?? Self.queuePerPod * effectiveReplicas.most }

    /// Whether the service has no pods and answers nothing.
    public var isSuspended: Bool { suspend ?? false }

    /// The percent of the requests that each variant gets, in the order in which they stand: what those with a weight
    /// leave is divided evenly among the others, of which the first get what does not divide.
    public var variantWeights: [Int] {
        let given = variants.reduce(0) { $0 + ($1.weight ?? 0) }
        let open = variants.count { $0.weight == nil }
        guard open > 0 else { return variants.map { $0.weight ?? 0 } }
        let rest = max(0, 100 - given)
        var remainder = rest % open
        return variants.map { variant in
            if let weight = variant.weight { return weight }
            defer { remainder -= 1 }
            return rest / open + (remainder > 0 ? 1 : 0)
        }
    }
}
