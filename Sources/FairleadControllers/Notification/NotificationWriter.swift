import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Makes the pods that send notifications.
struct NotificationWriter: Sendable {
    let client: Client
    let ledger: SharedWriteLedger
    /// Fairlead's own image, nil where it is not known.
    let image: String?
    /// Tells an event about a run; never fails.
    let record: @Sendable (PlannedEvent, PipelineRun) -> Void

    /// Makes pods; one that is there already is success, and one that the server refuses is told and forgotten: a
    /// notification never holds a run up.
    ///
    /// - Throws: `APIError` where trying again may help, `TransportError` or `CancellationError`.
    func send(_ notifications: [NotificationPod], run: PipelineRun) async throws {
        for notification in notifications {
            guard let image else {
                tell(notification, "the controller was not told Fairlead's own image (--image)", run)
                continue
            }
            let pod = notification.pod(image: image)
            do {
                let answer = try await client.create(.pod, namespace: notification.namespace, pod)
                ledger.wrote(owner: run.metadata.uid, .pod, answer: answer)
            } catch let error as APIError where error.isAlreadyExists {
                // Made before the controller died, or the answer was lost.
            } catch let error as APIError where Self.isFinal(error, run) {
                tell(notification, error.description, run)
            }
        }
    }

    /// Whether trying again is in vain, or would hold up a run that goes on.
    private static func isFinal(_ error: APIError, _ run: PipelineRun) -> Bool {
        if error.code == 403 { return run.status.phase?.isTerminal != true || error.isNamespaceTerminating }
        return [400, 413, 422].contains(error.code)
    }

    private func tell(_ notification: NotificationPod, _ problem: String, _ run: PipelineRun) {
        record(
            PlannedEvent(
                isWarning: true, reason: "NotificationFailed",
                note: "the pod \(notification.name) could not be made: \(problem)"), run)
    }
}
