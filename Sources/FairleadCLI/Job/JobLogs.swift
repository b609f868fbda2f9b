import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Prints what the pods of a training job wrote.
struct JobLogs: Sendable {
    let cluster: Cluster
    let job: TrainingJob
    /// The pods that are meant; nil for all.
    let address: MemberAddress?
    let container: String

    /// Prints what they have written so far, in the order of their ranks.
    ///
    /// - Parameter isPrevious: Whether the attempt before the newest is meant.
    /// - Throws: ``CommandError`` where no pod is meant, or the one that is has written nothing.
    func print(isPrevious: Bool) async throws {
        let pods = try await cluster.client.listAll(
            PodView.self, namespace: cluster.namespace, ListQuery(labelSelector: selector)
        ).items.filter(isWanted)
        guard !pods.isEmpty else { throw absence("has no pod") }
        let members = Dictionary(grouping: pods, by: MemberAddress.place).values.map(Self.byAttempt)
            .sorted { Self.order($0[0]) < Self.order($1[0]) }
        let printer = printer(among: members.map { $0[0] })
        var isPrinted = false
        for attempts in members {
            guard let pod = isPrevious ? attempts.dropLast().last : attempts.last else { continue }
            guard LogSelection.hasBegun(pod, container: container) else {
                Output.note("\(MemberAddress.place(of: pod)): has not begun to write; -f waits for it")
                continue
            }
            try await printer.print(pod, follow: false)
            isPrinted = true
        }
        if !isPrinted { throw absence(isPrevious ? "has had one attempt" : "has written nothing") }
    }

    /// Prints as they write, to the job's end.
    func follow() async throws {
        let (cluster, key) = (cluster, job.key)
        let pods = try await cluster.client.listAll(
            PodView.self, namespace: cluster.namespace, ListQuery(labelSelector: selector))
        let address = address
        let count = max(pods.items.filter(isWanted).count, address == nil ? job.status.nodes ?? 0 : 0)
        if count > LogFollower.width {
            Output.note(
                "\(count) pods: the logs of \(LogFollower.width) are followed at a time, the others' as those end; "
                    + "name a rank, a pod or a role to follow its own: fairlead logs \(job.metadata.name) 0 -f")
        }
        let follower = LogFollower(
            cluster: cluster, selector: selector, isWanted: { address?.matches($0) ?? true },
            printer: printer(among: pods.items)
        ) {
            try await JobWatcher.object(cluster, key).follower.follow { event in
                guard case .present(let job) = event else { return .stop }
                return job.status.phase?.isTerminal == true ? .stop : .goOn
            }
        }
        try await follower.follow()
    }

    private var selector: String { MemberAddress.selector(job: job.metadata.name) }

    private func isWanted(_ pod: PodView) -> Bool { address?.matches(pod) ?? true }

    private func printer(among pods: [PodView]) -> LogPrinter {
        let width = pods.map { MemberAddress.place(of: $0).count }.max() ?? "worker-0".count
        return LogPrinter(
            client: cluster.client, container: container, nameWidth: address?.isOne == true ? nil : width)
    }

    private func absence(_ what: String) -> CommandError {
        let who = address.map { "\($0) of training job" } ?? "training job"
        let phase = job.status.phase?.rawValue ?? "Pending"
        let waits = job.status.phase?.isTerminal == true ? "" : "; -f waits for it"
        return CommandError(.notFound, "\(who) \"\(job.metadata.name)\" \(what) (\(phase))\(waits)")
    }

    /// A member's pods, the newest attempt last.
    static func byAttempt(_ pods: [PodView]) -> [PodView] {
        pods.sorted { left, right in
            let first = (LogSelection.attempt(left), left.metadata.creationTimestamp?.secondsSince1970 ?? 0)
            let second = (LogSelection.attempt(right), right.metadata.creationTimestamp?.secondsSince1970 ?? 0)
            return first < second
        }
    }

    private static func order(_ pod: PodView) -> (Int, String) {
        (MemberAddress.rank(of: pod) ?? .max, pod.metadata.name)
    }
}
