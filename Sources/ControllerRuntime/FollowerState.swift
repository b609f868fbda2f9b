import ControllerMachines
import KubernetesClient
import KubernetesCore

/// A watch machine, and what was collected for the next replacement of the store's content.
struct FollowerState<T: Resource>: Sendable {
    /// A state of the collection.
    struct Snapshot: Sendable {
        var objects: [T]
        var version: ResourceVersion
        /// Objects that are there but could not be read.
        var unreadable: Set<ObjectKey>
    }

    var machine: WatchMachine
    private var collected: [T] = []
    private var unreadable: Set<ObjectKey> = []

    init(machine: WatchMachine) { self.machine = machine }

    mutating func clear() {
        collected = []
        unreadable = []
    }

    mutating func collect(_ objects: [T], _ bad: [UndecodableObject]) {
        collected += objects
        unreadable.formUnion(bad.compactMap(\.key))
    }

    mutating func takeSnapshot(_ version: ResourceVersion) -> Snapshot {
        defer { clear() }
        return Snapshot(objects: collected, version: version, unreadable: unreadable)
    }

    /// Keeps an event of a streamed initial state, and returns the state where it is complete.
    mutating func follow(_ action: WatchMachine.EventAction, _ event: WatchEvent<T>) -> Snapshot? {
        switch (action, event) {
        case (.collect, .added(let object)), (.collect, .modified(let object)):
            collected.append(object)
            return nil
        case (.collect, .deleted(let object)):
            collected.removeAll { $0.key == object.key }
            return nil
        case (.swap(let version), _): return takeSnapshot(version)
        default: return nil
        }
    }

    /// Takes an object that could not be read; only a streamed initial state asks later whether it was there.
    mutating func received(_ bad: UndecodableObject, now: Duration) -> WatchMachine.EventAction {
        let action = machine.received(.change(bad.resourceVersion), now: now)
        if case .collect = action { collect([], [bad]) }
        return action
    }
}
