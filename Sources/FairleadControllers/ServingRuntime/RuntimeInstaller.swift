import ControllerRuntime
import FairleadAPI
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle

/// Makes the ClusterServingRuntimes that come with Fairlead, and brings them up to date.
///
/// They can't stand beside their definition in one manifest: neither kubectl nor Helm applies an object before its kind is
/// known.
///
/// Guarantees: a runtime in which somebody else changed what Fairlead sets is left alone; it works until all are made.
struct RuntimeInstaller: Service {
    let client: Client
    /// Knows which of them are still to come, so that no service is told that it has no runtime before.
    let coming: ComingRuntimes
    let logger: Logger
    let clock: any RuntimeClock

    private static let shortestDelay = Duration.seconds(1)
    private static let longestDelay = Duration.seconds(60)

    func run() async { await cancelWhenGracefulShutdown { await work() } }

    private func work() async {
        do throws(ManifestError) {
            await install(try ShippedRuntimes.objects())
        } catch {
            logger.error("the serving runtimes can't be read", metadata: ["error": "\(error)"])
        }
        // A service that ends would end the controller.
        while (try? await clock.sleep(for: .seconds(86_400))) != nil {}
    }

    private func install(_ objects: [JSONValue]) async {
        var open = objects
        var delay = Self.shortestDelay
        while !open.isEmpty {
            var failed: [JSONValue] = []
            for object in open where await !isDone(object) { failed.append(object) }
            open = failed
            if open.isEmpty { return }
            guard (try? await clock.sleep(for: delay)) != nil else { return }
            delay = min(delay * 2, Self.longestDelay)
            if delay == Self.longestDelay { coming.giveUp() }
        }
    }

    /// Makes one; whether nothing is left to do for it.
    private func isDone(_ object: JSONValue) async -> Bool {
        guard let name = object[path: ["metadata", "name"]]?.stringValue else { return true }
        do {
            try await client.apply(.clusterServingRuntime, ObjectKey(namespace: nil, name: name), object)
            return true
        } catch let error as APIError where error.isConflict {
            logger.info("a serving runtime was changed by others and stays as it is", metadata: ["name": "\(name)"])
            return true
        } catch let error as APIError where error.code == 403 {
            logger.warning("serving runtimes may not be made", metadata: ["name": "\(name)", "error": "\(error)"])
            coming.found(name)
            return true
        } catch {
            logger.debug("a serving runtime could not be made yet", metadata: ["name": "\(name)", "error": "\(error)"])
            return false
        }
    }
}
