import FairleadAPI
import KubernetesClient
import KubernetesCore

/// Makes a cluster serve Fairlead's kinds.
struct DefinitionInstaller: Sendable {
    let client: Client

    /// A definition as far as its readiness goes.
    private struct Definition: Resource {
        static let type = ResourceType.customResourceDefinition

        struct Status: Decodable, Sendable {
            struct Condition: Decodable, Sendable {
                var type: String
                var status: String
            }
            var conditions: [Condition]?
        }

        var metadata: ObjectMeta
        var status: Status?

        var isEstablished: Bool {
            status?.conditions?.contains { $0.type == "Established" && $0.status == "True" } ?? false
        }
    }

    /// Applies the definitions of all kinds and waits until they are established.
    ///
    /// - Throws: ``CommandError`` where that takes over half a minute, `APIError`, `TransportError`.
    func install() async throws {
        for definition in CustomResourceDefinitions.all {
            let key = ObjectKey(namespace: nil, name: definition.name)
            try await client.apply(.customResourceDefinition, key, definition.json, force: true)
        }
        for definition in CustomResourceDefinitions.all { try await waitUntilEstablished(definition.name) }
    }

    private func waitUntilEstablished(_ name: String) async throws {
        struct Established: Error {}
        do {
            let query = WatchQuery(fieldSelector: "metadata.name=\(name)", timeoutSeconds: 30)
            try await client.watch(Definition.self, query) { result in
                switch result {
                case .success(.added(let definition)) where definition.isEstablished,
                    .success(.modified(let definition)) where definition.isEstablished:
                    throw Established()
                default: return
                }
            }
        } catch is Established {
            return
        }
        throw CommandError(.unavailable, "the cluster did not begin to serve \(name) in time")
    }
}
