import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Reads what a version of a model was made from, from the objects of the registry alone.
struct LineageReader: Sendable {
    let cluster: Cluster

    /// Models are made from models; further than that many steps nobody looks.
    private static let deepest = 10

    /// The lineage of what a user names: `churn`, `churn:7` or `churn@production`.
    ///
    /// - Throws: ``CommandError`` where there is no such thing.
    func read(_ text: String) async throws -> LineageTree {
        let reference = try await reference(text)
        let model = try await cluster.model(reference.model)
        let number = try await number(reference, model)
        let name = ModelName.version(reference.model, number)
        guard let version = try await version(name) else {
            throw CommandError(.notFound, "there is no version \(number) of model \"\(reference.model)\"")
        }
        var seen: Set<String> = [name]
        return try await tree(ModelReference(model: reference.model, .version(number)), version, 0, &seen)
    }

    private func reference(_ text: String) async throws -> ModelReference {
        guard !text.contains("@"), !text.contains(":") else {
            do throws(ExpressionError) {
                return try ModelReference(parsing: text)
            } catch {
                throw CommandError(.invalidInput, error.description)
            }
        }
        guard let latest = try await cluster.model(text).status.latest.flatMap(ModelName.number) else {
            throw CommandError(.notFound, "model \"\(text)\" has no version yet")
        }
        return ModelReference(model: text, .version(latest))
    }

    private func number(_ reference: ModelReference, _ model: Model) async throws -> Int64 {
        switch reference.selector {
        case .version(let number): return number
        case .alias(let alias):
            guard let number = model.status.aliases[alias]?.version.flatMap(ModelName.number) else {
                guard case .missing(let message) = reference.resolve(model: model, version: { _ in nil }) else {
                    throw CommandError(.notFound, "there is no \(reference)")
                }
                throw CommandError(.notFound, message)
            }
            return number
        }
    }

    private func version(_ name: String) async throws -> ModelVersion? {
        do {
            return try await cluster.client.get(ModelVersion.self, cluster.key(name))
        } catch let error as APIError where error.isNotFound {
            return nil
        }
    }

    private func tree(
        _ reference: ModelReference, _ version: ModelVersion?, _ depth: Int, _ seen: inout Set<String>
    ) async throws -> LineageTree {
        var tree = LineageTree(reference: reference, version: version, parents: [])
        guard depth < Self.deepest else { return tree }
        for text in version?.spec.value?.lineage?.parents ?? [] {
            guard let parent = try? ModelReference(parsing: text), case .version(let number) = parent.selector else {
                continue
            }
            let name = ModelName.version(parent.model, number)
            // What stands there already is not told twice, and a circle ends.
            let isNew = seen.insert(name).inserted
            let found = try await self.version(name)
            if isNew {
                tree.parents.append(try await self.tree(parent, found, depth + 1, &seen))
            } else {
                tree.parents.append(LineageTree(reference: parent, version: found, parents: []))
            }
        }
        return tree
    }
}

extension Cluster {
    /// A model by its name.
    ///
    /// - Throws: ``CommandError`` that names the nearest model where there is none of that name.
    func model(_ name: String) async throws -> Model {
        try await find(Model.self, name, word: "model", list: commandLine("kubectl get models"))
    }
}
