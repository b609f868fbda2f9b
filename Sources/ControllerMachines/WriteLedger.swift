public import KubernetesCore

/// Remembers the versions of our own writes, so that nobody plans from a cache that has not seen them yet.
///
/// The idea is that of KEP-5647: before an owner is planned, the cache of every collection that was written for it must
/// have reached the version of the last write. It replaces expectations, sleeping and guessing.
///
/// Assumptions: only writes that the cache's selectors match are noted, for the cache reaches the version of others
/// no sooner than with its next bookmark.
public struct WriteLedger: Sendable {
    /// A collection as a cache sees it.
    public struct Collection: Sendable, Hashable {
        /// The kind.
        public var type: ResourceType
        /// The namespace of the written object, nil for cluster-scoped kinds.
        public var namespace: String?

        /// Names a collection.
        public init(type: ResourceType, namespace: String? = nil) {
            self.type = type
            self.namespace = namespace
        }
    }

    private var writes: [String: [Collection: ResourceVersion]] = [:]

    /// An empty ledger.
    public init() {}

    /// Owners with writes that have not been seen to be in the cache.
    public var count: Int { writes.count }

    /// Notes a write on an owner's behalf.
    ///
    /// - Parameters:
    ///   - owner: The owner's UID.
    ///   - collection: Where the written object is.
    ///   - resourceVersion: The version that the write made.
    public mutating func wroteAt(owner: String, _ collection: Collection, _ resourceVersion: ResourceVersion) {
        if let known = writes[owner]?[collection], known.isAtLeast(resourceVersion) == true { return }
        writes[owner, default: [:]][collection] = resourceVersion
    }

    /// Whether every cache has seen an owner's writes; those seen are forgotten.
    ///
    /// - Parameters:
    ///   - owner: The owner's UID.
    ///   - lastResourceVersion: The version up to which a cache knows a collection; nil where there is no cache, on which
    ///     nobody can wait.
    public mutating func isCaughtUp(
        owner: String, lastResourceVersion: (Collection) -> ResourceVersion?
    ) -> Bool {
        guard var pending = writes[owner] else { return true }
        for (collection, written) in pending {
            // A version that cannot be compared must not block: better an early plan than none.
            let isSeen = lastResourceVersion(collection).map { $0.isAtLeast(written) ?? true } ?? true
            if isSeen { pending[collection] = nil }
        }
        writes[owner] = pending.isEmpty ? nil : pending
        return pending.isEmpty
    }

    /// Forgets an owner that is gone.
    public mutating func clear(owner: String) { writes[owner] = nil }
}
