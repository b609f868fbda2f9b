import KubernetesCore

/// Says how many pods of a budget may be sent away.
enum DisruptionPlanner {
    /// What is known.
    struct Observed: Sendable {
        var budget: DisruptionBudgetObject
        /// The pods that the budget protects.
        var pods: [WorkloadPod]
        /// How many pods their controllers want; the pods that have none count themselves.
        var wanted: Int
        var now: Time
    }

    /// How the budget stands.
    static func status(_ observed: Observed) -> DisruptionBudgetObject.Status {
        let spec = observed.budget.spec
        let expected: Int
        let desired: Int
        if let least = spec.minAvailable {
            expected = least.integerValue == nil ? observed.wanted : observed.pods.count
            desired = amount(least, of: expected)
        } else {
            expected = observed.wanted
            desired = max(0, expected - amount(spec.maxUnavailable ?? 0, of: expected))
        }
        let healthy = observed.pods.count { $0.isActive && $0.isReady }
        let allowed = expected > 0 ? max(0, healthy - desired) : 0
        var conditions = observed.budget.status?.conditions ?? []
        conditions.set(
            Condition(
                type: "DisruptionAllowed", status: allowed > 0 ? .isTrue : .isFalse,
                reason: allowed > 0 ? "SufficientPods" : "InsufficientPods",
                observedGeneration: observed.budget.metadata.generation, lastTransitionTime: observed.now))
        return DisruptionBudgetObject.Status(
            observedGeneration: observed.budget.metadata.generation, disruptionsAllowed: allowed,
            currentHealthy: healthy, desiredHealthy: desired, expectedPods: expected, conditions: conditions)
    }

    /// A share is rounded up, whichever way it is meant.
    private static func amount(_ value: JSONValue, of total: Int) -> Int {
        if let number = value.integerValue { return Int(clamping: max(0, number)) }
        guard let text = value.stringValue, text.hasSuffix("%"), let percent = Int(text.dropLast()),
            (0...100).contains(percent)
        else { return 0 }
        return (total * percent + 99) / 100
    }
}
