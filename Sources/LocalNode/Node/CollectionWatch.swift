import Foundation
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization

/// Follows a collection: lists it, then watches it, and begins anew where the thread is lost.
struct CollectionWatch<Kind: Resource> {
    let client: Client
    let logger: Logger
    var fieldSelector: String?
    /// Takes the whole collection: what is not in it is gone.
    let replace: @Sendable ([Kind]) -> Void
    /// Takes an object as it is now.
    let set: @Sendable (Kind) -> Void
    /// Takes the news that an object is gone.
    let remove: @Sendable (Kind) -> Void

    /// A watch that has to begin anew with a list.
    private struct Lost: Error {}

    /// The version from which a watch goes on.
    private final class Position: Sendable {
        let version = Mutex<ResourceVersion?>(nil)

        func set(_ next: ResourceVersion?) {
            if let next { version.withLock { $0 = next } }
        }
    }

    private var what: String { Kind.type.plural }

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
                logger.warning("\(what) could not be watched", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(wait))
                wait = min(10, wait * 2)
            }
        }
    }

    private func listAndWatch(onSuccess: () -> Void) async throws {
        let list = try await client.list(Kind.type, ListQuery(fieldSelector: fieldSelector))
        replace(
            list.items.compactMap { item in
                do {
                    return try KubernetesJSON.decode(Kind.self, from: item)
                } catch {
                    logger.warning("one of the \(what) could not be read", metadata: ["error": "\(error)"])
                    return nil
                }
            })
        onSuccess()
        let position = Position()
        position.set(list.metadata.resourceVersion)
        while !Task.isCancelled {
            let begin = ContinuousClock.now
            let query = WatchQuery(
                fieldSelector: fieldSelector, resourceVersion: position.version.withLock { $0 },
                timeoutSeconds: Int.random(in: 240...290))
            do {
                try await client.watch(Kind.self, query) { try take($0, position) }
            } catch let error as TransportError where error.code == .interrupted || error.code == .timeout {
                logger.debug("the watch of \(what) broke", metadata: ["error": "\(error)"])
            }
            // A server that ends every watch at once must not be asked in a tight loop.
            if ContinuousClock.now - begin < .seconds(1) { try await Task.sleep(for: .milliseconds(200)) }
        }
    }

    private func take(_ result: Result<WatchEvent<Kind>, UndecodableObject>, _ position: Position) throws {
        switch result {
        case .failure(let failure):
            logger.warning("one of the \(what) could not be read", metadata: ["error": "\(failure.message)"])
            position.set(failure.resourceVersion)
        case .success(.added(let object)), .success(.modified(let object)):
            set(object)
            position.set(object.metadata.resourceVersion)
        case .success(.deleted(let object)):
            remove(object)
            position.set(object.metadata.resourceVersion)
        case .success(.bookmark(let version, _)): position.set(version)
        case .success(.error): throw Lost()
        }
    }
}
