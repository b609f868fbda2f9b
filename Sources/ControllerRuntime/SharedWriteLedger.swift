import ControllerMachines
public import KubernetesCore
import Synchronization

/// A write ledger for many writers, which knows the stores that must catch up.
public final class SharedWriteLedger: Sendable {
    private typealias Lookup = @Sendable (String?) -> ResourceVersion?

    private struct State: Sendable {
        var ledger = WriteLedger()
        var lookups: [ResourceType: Lookup] = [:]
    }

    private let state = Mutex(State())

    /// An empty ledger.
    public init() {}

    /// Lets a store's version decide over writes of its kind; writes of kinds without a store are never waited for.
    public func track<T: Resource>(_ store: Store<T>) {
        state.withLock { $0.lookups[T.type] = { store.lastResourceVersion(namespace: $0) } }
    }

    /// Notes a write on an owner's behalf.
    ///
    /// - Parameters:
    ///   - owner: The owner's UID.
    ///   - type: The kind of what was written.
    ///   - namespace: The namespace of what was written.
    ///   - resourceVersion: The version that the write made; nil, as after a deletion, is nothing to wait for.
    public func wrote(
        owner: String, _ type: ResourceType, namespace: String?, resourceVersion: ResourceVersion?
    ) {
        guard let resourceVersion else { return }
        let collection = WriteLedger.Collection(type: type, namespace: namespace)
        state.withLock { $0.ledger.wroteAt(owner: owner, collection, resourceVersion) }
    }

    /// Notes a write on an owner's behalf by the object that the server answered.
    public func wrote<T: Resource>(owner: String, _ object: T) {
        wrote(
            owner: owner, T.type, namespace: object.metadata.namespace, resourceVersion: object.metadata.resourceVersion
        )
    }

    /// Notes a write on an owner's behalf by the JSON that the server answered.
    public func wrote(owner: String, _ type: ResourceType, answer: JSONValue) {
        let metadata = answer["metadata"]
        wrote(
            owner: owner, type, namespace: metadata?["namespace"]?.stringValue,
            resourceVersion: metadata?["resourceVersion"]?.stringValue.map(ResourceVersion.init(_:)))
    }

    /// Whether every store has seen an owner's writes.
    public func isCaughtUp(owner: String) -> Bool {
        // The stores have locks of their own, none of which takes this one.
        state.withLock { state in
            let lookups = state.lookups
            return state.ledger.isCaughtUp(owner: owner) { lookups[$0.type]?($0.namespace) }
        }
    }

    /// Forgets an owner that is gone.
    public func forget(owner: String) { state.withLock { $0.ledger.clear(owner: owner) } }

    /// Owners with writes that have not been seen to be in a store.
    public var count: Int { state.withLock { $0.ledger.count } }
}
