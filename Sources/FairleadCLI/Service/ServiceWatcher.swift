import FairleadAPI
import Foundation
import KubernetesCore

/// Shows inference services as they go on.
enum ServiceWatcher {
    /// Shows a service until nothing of it is under way; returns whether it answers requests then.
    ///
    /// - Throws: ``CommandError`` where the service is deleted meanwhile.
    static func watch(_ cluster: Cluster, _ key: ObjectKey) async throws -> Bool {
        let display = StoryDisplay(ServiceProgressLines(), terminal: .current()) {
            ServiceStory(service: $0, now: $1).lines()
        }
        let service = try await object(cluster, key).watch(display, until: isSettled)
        if !display.isLive {
            try Output.lines([""] + ServiceStory(service: service, now: Date()).lines())
        }
        return service.status.phase == .ready || service.status.phase == .sleeping
    }

    /// Whether nothing is under way.
    static func isSettled(_ service: InferenceService) -> Bool {
        guard service.status.observedGeneration == service.metadata.generation else { return false }
        return switch service.status.phase {
        case .ready, .sleeping, .suspended, .failed, .invalid: true
        case .pending, .rollingOut, nil: false
        }
    }

    /// Watches one service.
    static func object(_ cluster: Cluster, _ key: ObjectKey) -> ObjectWatcher<InferenceService> {
        ObjectWatcher(cluster: cluster, key: key, noun: "inference service")
    }
}
