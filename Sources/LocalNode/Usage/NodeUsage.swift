public import Foundation
import Synchronization

/// Measures what the node and its containers use, for whoever asks; nothing is done while nobody does.
public final class NodeUsage: Sendable {
    /// An amount that is used.
    public struct Amount: Sendable, Hashable {
        /// Cores.
        public var cores: Double
        /// Bytes of memory.
        public var bytes: Int64
    }

    /// What a pod's containers use.
    public struct Pod: Sendable, Hashable {
        /// The time over which it was measured.
        public var seconds: Double
        /// The containers that run, by their names.
        public var containers: [String: Amount] = [:]
    }

    /// What is used.
    public struct Reading: Sendable, Hashable {
        /// The end of the time over which it was measured.
        public var takenAt: Date
        /// The length of that time.
        public var seconds: Double
        /// What the whole host uses.
        public var host: Amount
        /// The pods that run, by their UIDs.
        public var pods: [String: Pod] = [:]
    }

    private let reader: HostReader
    private let meter = Mutex(UsageMeter())

    /// Measures what a node with that state directory runs.
    public init(stateDirectory: String) { reader = HostReader(paths: NodePaths(state: stateDirectory)) }

    /// What is used now; nil where the host does not tell.
    ///
    /// It takes a second where nobody has asked for a minute.
    public func reading() async -> Reading? {
        while !Task.isCancelled {
            switch meter.withLock({ $0.next(now: HostReader.now()) }) {
            case .tell(let reading): return reading
            // A rate takes time to be measured.
            case .wait(let seconds): try? await Task.sleep(for: .seconds(seconds))
            case .look:
                let look = await look()
                meter.withLock { $0.saw(look) }
                if look == nil { return nil }
            }
        }
        return nil
    }

    /// Looks on a thread of its own: a host has files for each of its processes.
    private func look() async -> HostLook? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [reader] in continuation.resume(returning: reader.look()) }
        }
    }
}
