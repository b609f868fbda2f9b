import KubernetesCore

extension PodMachine {
    /// The containers whose ends count.
    var regular: [ContainerRecord] { containers.filter(\.isRegular) }

    /// Whether an init container's failure is the pod's.
    var hasFailedAtStart: Bool {
        restartPolicy == .never && containers.contains { $0.role == .initial && $0.exit != nil && !$0.hasSucceeded }
    }

    /// Whether the regular containers have ended for good, so that sidecars have nothing left to do.
    var isComplete: Bool {
        if hasFailedAtStart { return true }
        return isInitialized
            && containers.allSatisfy { container in
                if container.role != .main { return true }
                return container.exit.map { !restartPolicy.restarts(after: $0.exitCode) } ?? false
            }
    }

    /// Whether the pod would be where it is also if nobody had asked it to end.
    var hasEndedByItself: Bool {
        let phase = ordinaryPhase
        return phase == .succeeded || phase == .failed && regular.allSatisfy { !$0.isEnding || $0.hasSucceeded }
    }

    /// The phase as the kubelet finds it in the containers' states, where nothing ends the pod.
    var ordinaryPhase: PodPhase {
        if hasFailedAtStart { return hasLiveContainer ? .pending : .failed }
        guard isInitialized else { return .pending }
        let main = containers.filter { $0.role == .main }
        let hasNeverStarted = main.contains { container in
            switch container.state {
            case .waiting, .starting: container.last == nil
            case .running, .exited: false
            }
        }
        if hasNeverStarted { return .pending }
        if hasLiveContainer || restartPolicy == .always { return .running }
        guard main.allSatisfy({ $0.exit != nil }) else { return .running }
        if main.allSatisfy(\.hasSucceeded) { return .succeeded }
        return restartPolicy == .never ? .failed : .running
    }

    /// Whether nothing but the node's absence made the pod fail.
    var hasFailedByDisruption: Bool {
        regular.compactMap(\.exit).allSatisfy { $0.exitCode == 0 || $0.isDisrupted == true }
    }
}

/// A pod's phase.
enum PodPhase: String, Sendable, Hashable {
    case pending = "Pending"
    case running = "Running"
    case succeeded = "Succeeded"
    case failed = "Failed"
}
