import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle

/// Finds once, where the cluster has the Gateway API, the HTTPRoutes of services that an earlier controller made: one
/// that nobody wants any more would stay for ever.
struct RouteFinder: Service {
    let client: Client
    let namespaces: [String]
    let logger: Logger
    let clock: any RuntimeClock
    /// Takes a route's metadata.
    let found: @Sendable (ObjectMeta) -> Void

    private static let shortestDelay = Duration.seconds(1)
    private static let longestDelay = Duration.seconds(60)

    func run() async {
        await cancelWhenGracefulShutdown {
            await search()
            // A service that ends would end the controller.
            while (try? await clock.sleep(for: .seconds(86_400))) != nil {}
        }
    }

    private func search() async {
        var open: [String?] = namespaces.isEmpty ? [nil] : namespaces
        var delay = Self.shortestDelay
        while true {
            var failed: [String?] = []
            for namespace in open where await !isSearched(namespace) { failed.append(namespace) }
            open = failed
            if open.isEmpty { return }
            guard (try? await clock.sleep(for: delay)) != nil else { return }
            delay = min(delay * 2, Self.longestDelay)
        }
    }

    /// Looks into a namespace, or into all; whether nothing is left to do there.
    private func isSearched(_ namespace: String?) async -> Bool {
        let ours = "\(PodNaming.managedSelector),\(FairleadLabel.inferenceService)"
        do {
            let routes = try await client.listAll(
                HTTPRouteMeta.self, namespace: namespace, ListQuery(labelSelector: ours))
            for route in routes.items { found(route.metadata) }
            return true
        } catch let error as APIError where error.isNotFound {
            return true
        } catch let error as APIError where error.code == 403 {
            logger.info("HTTPRoutes may not be listed", metadata: ["error": "\(error)"])
            return true
        } catch {
            logger.debug("HTTPRoutes could not be listed yet", metadata: ["error": "\(error)"])
            return false
        }
    }
}

/// An HTTPRoute as far as it is looked for.
private struct HTTPRouteMeta: Resource {
    static let type = ResourceType.httpRoute
    static let isMetadataOnly = true

    var metadata: ObjectMeta
}
