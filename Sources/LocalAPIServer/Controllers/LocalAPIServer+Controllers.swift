import KubernetesCore
import Logging

extension LocalAPIServer {
    /// Does what the store asks for until the task is cancelled.
    func runControllers() async {
        while !Task.isCancelled {
            let work = await engine.nextWork()
            for item in work {
                do {
                    try await perform(item)
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("background work failed", metadata: ["work": "\(item)", "error": "\(error)"])
                }
            }
        }
    }

    private func perform(_ item: BackgroundWork) async throws {
        switch item {
        case .dependents(let uid):
            for dependent in engine.read({ $0.owners.dependents(of: uid) }).sorted(by: { $0.key < $1.key }) {
                try await collect(dependent)
            }
        case .object(let reference): try await collect(reference)
        case .namespace(let name): try await empty(namespace: name)
        case .clusterRoles: try await aggregateClusterRoles()
        case .customResources(let name): try await removeObjects(ofDefinition: name)
        }
    }

    /// Deletes events that are older than their life, once a minute.
    func expireEvents() async {
        while !Task.isCancelled {
            guard (try? await Task.sleep(for: .seconds(60))) != nil else { return }
            await removeExpiredEvents()
        }
    }

    /// Deletes the events whose life is over.
    func removeExpiredEvents() async {
        guard let resource = builtin("events") else { return }
        let oldest = now.secondsSince1970 - configuration.eventLifetime
        let page = engine.read { store in
            store.page(of: "events", namespace: nil, at: nil, after: nil, limit: nil, matches: { _ in true })
        }
        for image in page?.images ?? [] {
            let reference = ObjectReference(collection: "events", key: image.key)
            guard let live = engine.read({ $0.object(reference) }),
                let text = live.value["metadata"]?["creationTimestamp"]?.stringValue, let made = Time(text)
            else { continue }
            var newest = made.secondsSince1970
            // The life of an event begins anew with each write, as etcd's lease does.
            for field in [["lastTimestamp"], ["series", "lastObservedTime"]] {
                if let seen = live.value[path: field]?.stringValue.flatMap({ Time($0) }) {
                    newest = max(newest, seen.secondsSince1970)
                }
            }
            guard newest < oldest else { continue }
            _ = try? await delete(image.key, resource, DeletionRequest())
        }
    }
}
