import FairleadAPI
import KubernetesCore

/// Some pods of a training job on a command line: a rank `3`, a pod's place `worker-1`, or a whole role `ps`.
enum MemberAddress: Sendable, Hashable, CustomStringConvertible {
    case rank(Int)
    case member(role: String, index: Int)
    case role(String)

    /// The annotation on each pod that has its rank.
    static let rankAnnotation = "batch.kubernetes.io/job-completion-index"

    /// Reads `3`, `worker-1`, `worker[1]` or `ps`.
    ///
    /// - Throws: ``CommandError``.
    init(_ text: String) throws(CommandError) {
        if let rank = Int(text), rank >= 0 {
            self = .rank(rank)
        } else if let match = text.wholeMatch(of: /([a-z]+)(?:-([0-9]+)|\[([0-9]+)\])/),
            let index = (match.2 ?? match.3).flatMap({ Int($0) })
        {
            self = .member(role: String(match.1), index: index)
        } else if text.wholeMatch(of: /[a-z]+/) != nil {
            self = .role(text)
        } else {
            throw CommandError(.invalidInput, "\"\(text)\" names no pod of a job; write a rank, worker-1, or a role")
        }
    }

    /// Whether one pod is meant.
    var isOne: Bool { if case .role = self { false } else { true } }

    var description: String {
        switch self {
        case .rank(let rank): "rank \(rank)"
        case .member(let role, let index): "\(role)-\(index)"
        case .role(let role): role
        }
    }

    /// Whether a pod is meant.
    func matches(_ pod: PodView) -> Bool {
        let (role, index) = (pod.metadata.labels[FairleadLabel.role], pod.metadata.labels[FairleadLabel.index])
        switch self {
        case .rank(let rank): return Self.rank(of: pod) == rank
        case .member(let wanted, let number): return role == wanted && index == String(number)
        case .role(let wanted): return role == wanted
        }
    }

    /// The rank of a pod, nil where it tells none.
    static func rank(of pod: PodView) -> Int? { pod.metadata.annotations[rankAnnotation].flatMap { Int($0) } }

    /// A pod's place in its job: `worker-1`.
    static func place(of pod: PodView) -> String {
        guard let role = pod.metadata.labels[FairleadLabel.role], let index = pod.metadata.labels[FairleadLabel.index]
        else { return pod.metadata.name }
        return "\(role)-\(index)"
    }

    /// The selector of a job's pods.
    static func selector(job: String) -> String { "\(FairleadLabel.trainingJob)=\(job)" }
}
