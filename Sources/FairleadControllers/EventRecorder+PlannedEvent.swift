import ControllerMachines
import ControllerRuntime
import FairleadPlanning
import KubernetesCore

extension EventRecorder {
    /// Takes an event about an object as a planner tells it; it is written soon.
    func record<Object: Resource>(_ event: PlannedEvent, about object: Object) {
        record(event, regarding: ObjectReference(to: object))
    }

    /// Takes an event as a planner tells it; it is written soon.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - regarding: The object that the event is about.
    ///   - related: A second object.
    func record(_ event: PlannedEvent, regarding: ObjectReference, related: ObjectReference? = nil) {
        record(
            EventNote(
                event.isWarning ? .warning : .normal, reason: event.reason, action: "Reconcile", note: event.note,
                regarding: regarding, related: related))
    }
}
