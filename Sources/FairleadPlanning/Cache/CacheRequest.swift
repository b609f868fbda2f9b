import FairleadAPI
public import Foundation
public import KubernetesCore

/// An item whose outcome may stand in the cache.
public struct CacheRequest: Sendable, Hashable {
    /// The item.
    public var item: ItemID
    /// What it computes, without the commit of its code.
    var computation: String
    /// The entry's key.
    public var key: CacheKey
    /// Who asks.
    public var claimant: CacheClaimant
    /// The namespace.
    public var namespace: String
    /// How old an outcome may be.
    var maxAge: FairleadDuration?
    /// Outcomes from before do not count: when the run that refreshes the cache was made, nil for one that does not.
    var notBefore: Date?
    /// What is to be said about the image.
    var note: String?

    /// How long an outcome is kept.
    var lifetime: Duration { maxAge?.duration ?? .seconds(Limits.published.cacheSeconds) }
}

extension CacheRequest {
    /// The ConfigMap that claims the entry.
    public func claim(now: Date) -> JSONValue {
        configMap(.claimed, now: now, [:])
    }

    /// The ConfigMap that holds an outcome.
    func entry(_ output: ItemOutput, now: Date) -> JSONValue {
        let text = (try? KubernetesJSON.value(of: output)).map { JSONWriter.string($0) } ?? "{}"
        return configMap(
            .done, now: now,
            [
                CacheEntry.DataKey.outputs: .string(text),
                CacheEntry.DataKey.expires: .string(Time(now.addingTimeInterval(lifetime.seconds)).description),
            ])
    }

    private func configMap(
        _ state: CacheEntry.State, now: Date, _ more: [String: JSONValue]
    ) -> JSONValue {
        var data: [String: JSONValue] = [
            CacheEntry.DataKey.key: .string(key.digest), CacheEntry.DataKey.run: .string(claimant.run),
            CacheEntry.DataKey.runUID: .string(claimant.runUID), CacheEntry.DataKey.task: .string(claimant.task),
            CacheEntry.DataKey.item: .string(String(claimant.item)),
            CacheEntry.DataKey.time: .string(Time(now).description),
        ]
        if let note { data[CacheEntry.DataKey.note] = .string(note) }
        return [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "name": .string(key.name), "namespace": .string(namespace),
                "labels": [
                    FairleadLabel.managedBy: .string(FairleadLabel.managedByValue),
                    CacheEntry.label: .string(state.rawValue),
                ],
            ],
            "data": .object(data.merging(more) { _, own in own }),
        ]
    }
}
