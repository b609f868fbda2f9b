public import Foundation
public import KubernetesCore

/// An outcome that goes into the cache.
public struct CacheRecord: Sendable, Hashable {
    /// What was computed, and by whom.
    public var request: CacheRequest
    /// What it wrote.
    public var output: ItemOutput

    /// How an outcome is written.
    public enum Write: Sendable, Equatable {
        /// Make the entry.
        case create(JSONValue)
        /// Change that version of the entry.
        case patch(JSONValue)
        /// Leave the entry to who has it.
        case leave
    }

    /// How the outcome is written over what is there.
    ///
    /// A claim of somebody else stays theirs: what they compute is as good.
    public func write(over entry: CacheEntry?, now: Date) -> Write {
        let whole = request.entry(output, now: now)
        guard let entry else { return .create(whole) }
        let isOurs = entry.claimant == request.claimant
        switch entry.state {
        case .claimed where !isOurs: return .leave
        case .done where isOurs || !entry.isExpired(maxAge: request.maxAge, now: now) && request.notBefore == nil:
            return .leave
        case .claimed, .done, nil: break
        }
        var metadata: JSONValue = [
            "uid": .string(entry.metadata.uid),
            "labels": whole[path: ["metadata", "labels"]] ?? [:],
        ]
        if let version = entry.metadata.resourceVersion { metadata["resourceVersion"] = .string(version.rawValue) }
        return .patch(["metadata": metadata, "data": whole["data"] ?? [:]])
    }
}
