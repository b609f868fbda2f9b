import Foundation
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization

/// Keeps a ``PodRouter`` up to date: lists all pods, then watches them, and begins anew where the thread is lost.
struct PodWatch {
    let client: Client
    let router: PodRouter
    let logger: Logger
    /// Called after each list.
    let onList: @Sendable () -> Void

    /// A watch that has to begin anew with a list.
    private struct Lost: Error {}

    /// The version from which a watch goes on.
    private final class Position: Sendable {
        let version = Mutex<ResourceVersion?>(nil)
    }

    /// Runs until it is cancelled.
    func run() async {
        var wait = 0.1
        while !Task.isCancelled {
            do {
                try await listAndWatch { wait = 0.1 }
            } catch is Lost {
                continue
            } catch let error as APIError where error.isExpired {
                continue
            } catch {
                if Task.isCancelled { return }
                logger.warning("pods could not be watched", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(wait))
                wait = min(10, wait * 2)
            }
        }
    }

    private func listAndWatch(onSuccess: () -> Void) async throws {
        let list = try await client.list(.pod)
        router.replace(
            list.items.compactMap { item in
                do {
                    return try KubernetesJSON.decode(PodManifest.self, from: item)
                } catch {
                    logger.warning("a pod could not be read", metadata: ["error": "\(error)"])
                    return nil
                }
            })
        onList()
        onSuccess()
        let position = Position()
        position.version.withLock { $0 = list.metadata.resourceVersion }
        while !Task.isCancelled {
            let begin = ContinuousClock.now
            let query = WatchQuery(
                resourceVersion: position.version.withLock { $0 }, timeoutSeconds: Int.random(in: 240...290))
            do {
                try await client.watch(PodManifest.self, query) { [router, logger] result in
                    try Self.take(result, router: router, position: position, logger: logger)
                }
            } catch let error as TransportError where error.code == .interrupted || error.code == .timeout {
                logger.debug("the watch of pods broke", metadata: ["error": "\(error)"])
            }
            // A server that ends every watch at once must not be asked in a tight loop.
            if ContinuousClock.now - begin < .seconds(1) { try await Task.sleep(for: .milliseconds(200)) }
        }
    }

    private static func take(
        _ result: Result<WatchEvent<PodManifest>, UndecodableObject>, router: PodRouter, position: Position,
        logger: Logger
    ) throws {
        switch result {
        case .failure(let failure):
            logger.warning("a pod could not be read", metadata: ["error": "\(failure.message)"])
            if let version = failure.resourceVersion { position.version.withLock { $0 = version } }
        case .success(.added(let pod)), .success(.modified(let pod)):
            router.set(pod)
            if let version = pod.metadata.resourceVersion { position.version.withLock { $0 = version } }
        case .success(.deleted(let pod)):
            router.remove(pod)
            if let version = pod.metadata.resourceVersion { position.version.withLock { $0 = version } }
        case .success(.bookmark(let version, _)):
            position.version.withLock { $0 = version }
        case .success(.error):
            throw Lost()
        }
    }
}
