import ControllerMachines
import FairleadAPI
import FairleadPlanning
import KubernetesCore
import Synchronization

/// The objects of a kind that are under way: what each runs, its newest version, and its pods folded into a table.
///
/// Guarantees: news may be folded from any thread while a reconcile plans; each object has a lock of its own, so that
/// planning for one holds up no other; one that is not open costs nothing.
final class OpenObjects<Entry: OpenObject>: Sendable {
    private final class Slot: Sendable {
        /// Nil only while it is worked on, so that its table is not copied.
        let entry: Mutex<Entry?>

        init(_ entry: Entry) { self.entry = Mutex(entry) }

        func with<Result>(_ body: (inout Entry) -> Result) -> Result? {
            entry.withLock { state in
                guard var entry = state.take() else { return nil }
                defer { state = entry }
                return body(&entry)
            }
        }
    }

    private let slots = Mutex<[String: Slot]>([:])

    /// The keys of all.
    var keys: [ObjectKey] { allKeys { _ in true } }

    /// Whether an object is open.
    func isOpen(_ uid: String) -> Bool { slot(uid) != nil }

    /// Opens an object; its pods are folded in a second step, so that an event between both is not lost.
    func open(_ entry: Entry) { slots.withLock { $0[entry.object.metadata.uid] = Slot(entry) } }

    /// Forgets an object.
    func close(_ uid: String) { slots.withLock { _ = $0.removeValue(forKey: uid) } }

    /// Works on an object's entry; nil where it is not open.
    ///
    /// The body must be quick and call nothing that waits.
    func with<Result>(_ uid: String, _ body: (inout Entry) -> Result) -> Result? { slot(uid)?.with(body) }

    /// The keys of those for which the body returns true; it may work on them.
    func allKeys(where body: (inout Entry) -> Bool) -> [ObjectKey] {
        slots.withLock { Array($0.values) }.compactMap { slot in
            slot.with { body(&$0) ? $0.object.key : nil } ?? nil
        }
    }

    /// Takes a pod's news; pods of objects that are not open are left to the store.
    func fold(_ change: ObjectChange<PodView>) {
        guard let owner = change.object.metadata.controller?.uid else { return }
        _ = with(owner) { entry in
            switch change {
            case .added(let pod), .updated(_, let pod): entry.table.fold(pod)
            case .deleted(let pod): entry.table.remove(pod.metadata)
            }
        }
    }

    /// Takes a pod that the server answered to a write of ours.
    func fold(_ pod: PodView) {
        guard let owner = pod.metadata.controller?.uid else { return }
        _ = with(owner) { $0.table.fold(pod) }
    }

    /// The newer of an object as the store has it and as our own last write left it.
    func newest(_ object: Entry.Object) -> Entry.Object {
        with(object.metadata.uid) { entry in
            guard let ours = entry.object.metadata.resourceVersion, let theirs = object.metadata.resourceVersion
            else { return object }
            if ours != theirs, ours.isAtLeast(theirs) == true { return entry.object }
            entry.object = object
            return object
        } ?? object
    }

    private func slot(_ uid: String) -> Slot? { slots.withLock { $0[uid] } }
}
