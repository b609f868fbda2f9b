import Foundation
import KubernetesCore
import Synchronization

/// When the tokens in pods' volumes are to be renewed: after four fifths of their life, as the kubelet does.
final class PodTokens: Sendable {
    private struct Entry {
        var pod: PodManifest
        var due: Date
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Takes the news that a pod's volumes were written.
    func wrote(_ pod: PodManifest, now: Date = Date()) {
        guard let life = Self.life(pod) else { return }
        set(pod, now.addingTimeInterval(life * 0.8))
    }

    /// Takes over a pod that runs already.
    func adopt(_ pod: PodManifest, now: Date = Date()) {
        if Self.life(pod) != nil { set(pod, now) }
    }

    /// Tries a pod again after a while.
    func failed(_ pod: PodManifest, now: Date = Date()) {
        entries.withLock { $0[pod.metadata.uid]?.due = now.addingTimeInterval(30) }
    }

    /// Takes the news that a pod is gone.
    func forget(_ uid: String) { entries.withLock { $0[uid] = nil } }

    /// The pods whose time has come.
    func due(_ now: Date) -> [PodManifest] {
        entries.withLock { $0.values.filter { $0.due <= now }.map(\.pod) }
    }

    private func set(_ pod: PodManifest, _ due: Date) {
        entries.withLock { $0[pod.metadata.uid] = Entry(pod: pod, due: due) }
    }

    /// The life of the pod's shortest-lived token, in seconds; nil where it has none.
    private static func life(_ pod: PodManifest) -> Double? {
        let sources = (pod.spec.volumes ?? []).flatMap { $0.projected?.sources ?? [] }
        return sources.compactMap { $0.serviceAccountToken.map { Double($0.seconds) } }.min()
    }
}
