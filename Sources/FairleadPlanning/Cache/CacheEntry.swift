public import FairleadAPI
import Foundation
public import KubernetesCore

/// An entry of the cache as its ConfigMap tells it; what was computed is read only when it is wanted.
public struct CacheEntry: Resource, Hashable {
    public static let type = ResourceType.configMap

    /// How an entry stands.
    public enum State: String, Sendable, Hashable {
        /// Somebody computes it.
        case claimed = "Claimed"
        /// It holds an outcome.
        case done = "Done"
    }

    /// The ConfigMap's metadata.
    public var metadata: ObjectMeta
    /// How the entry stands; one that says nothing of the kind holds nothing.
    public var state: State?
    /// The whole key.
    public var key64: String
    /// Who computes it, or did.
    public var claimant: CacheClaimant
    /// When it was claimed, or the outcome stood.
    public var time: Time?
    /// When it may be deleted.
    public var expiry: Time?

    /// The label on every entry; its value is the entry's state.
    public static let label = "fairlead.dev/cache"

    private enum CodingKeys: String, CodingKey { case metadata, data }

    enum DataKey {
        static let key = "key"
        static let run = "run"
        static let runUID = "runUID"
        static let task = "task"
        static let item = "item"
        static let time = "time"
        static let expires = "expires"
        static let note = "note"
        static let outputs = "outputs.json"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        let data = (try? container.decodeIfPresent([String: String].self, forKey: .data)) ?? [:]
        state = metadata.labels[Self.label].flatMap(State.init(rawValue:))
        key64 = data[DataKey.key] ?? ""
        claimant = CacheClaimant(
            run: data[DataKey.run] ?? "", runUID: data[DataKey.runUID] ?? "", task: data[DataKey.task] ?? "",
            item: data[DataKey.item].flatMap { Int($0) } ?? 0)
        time = data[DataKey.time].flatMap { Time($0) }
        expiry = data[DataKey.expires].flatMap { Time($0) }
    }

    /// The outcome that an entry's ConfigMap holds, nil where it holds none.
    public static func output(of configMap: JSONValue) -> ItemOutput? {
        guard let text = configMap[path: ["data", DataKey.outputs]]?.stringValue else { return nil }
        return try? KubernetesJSON.decode(ItemOutput.self, from: text.utf8)
    }

    /// Whether an outcome is too old for who asks.
    func isExpired(maxAge: FairleadDuration?, now: Date) -> Bool {
        if let expiry, expiry.date <= now { return true }
        guard let time, let maxAge else { return false }
        return time.date.addingTimeInterval(maxAge.duration.seconds) <= now
    }

    /// Whether the one who claimed the entry can still complete it.
    ///
    /// - Parameter run: The claimant's run as last seen, nil where there is none of that name.
    public func isBeingComputed(by run: PipelineRun?) -> Bool {
        guard let run, run.metadata.uid == claimant.runUID, !run.metadata.isBeingDeleted,
            run.status.phase?.isTerminal != true, run.status.phase != .suspended
        else { return false }
        guard let task = run.status.tasks.first(where: { $0.name == claimant.task }) else { return true }
        if task.phase.isTerminal { return false }
        let ended = [task.map?.completedIndexes, task.map?.failedIndexes].compactMap(\.self)
        return !ended.contains { IndexRanges(parsing: $0).contains(claimant.item) }
    }

}

/// Who computes an entry of the cache.
public struct CacheClaimant: Sendable, Hashable {
    /// The run's name.
    public var run: String
    /// The run's identity.
    public var runUID: String
    /// The task.
    public var task: String
    /// The item.
    public var item: Int

    /// Names somebody.
    public init(run: String, runUID: String, task: String, item: Int = 0) {
        self.run = run
        self.runUID = runUID
        self.task = task
        self.item = item
    }
}
