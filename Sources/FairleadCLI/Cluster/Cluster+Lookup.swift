import FairleadAPI
import KubernetesClient
import KubernetesCore

extension Cluster {
    /// A run by its name.
    ///
    /// - Throws: ``CommandError`` that names the nearest run, or the newest ones, where there is none of that name.
    func run(_ name: String) async throws -> PipelineRun {
        try await find(PipelineRun.self, name, word: "run", list: commandLine("fairlead list"))
    }

    /// A pipeline by its name.
    ///
    /// - Throws: ``CommandError`` that names the nearest pipeline where there is none of that name.
    func pipeline(_ name: String) async throws -> Pipeline {
        try await find(Pipeline.self, name, word: "pipeline", list: commandLine("kubectl get pipelines"))
    }

    /// What a pipeline says to do.
    ///
    /// - Throws: ``CommandError`` where there is no such pipeline, or where its spec cannot be read.
    func pipelineSpec(_ name: String) async throws -> PipelineSpec {
        switch try await pipeline(name).spec {
        case .success(let spec): return spec
        case .failure(let problem):
            throw CommandError(.invalidInput, "pipeline \"\(name)\" cannot be used: \(problem.message)")
        }
    }

    func find<T: Resource>(_ resource: T.Type, _ name: String, word: String, list: String) async throws -> T {
        do {
            return try await client.get(T.self, key(name))
        } catch let error as APIError where error.isNotFound && error.status.details?.name == name {
            let names = try await client.listAll(T.self, namespace: namespace).items.map(\.metadata.name)
            throw CommandError(
                .notFound, MissingName.message(word, name, among: names, namespace: namespace, list: list))
        }
    }
}

/// What to say where nothing has the name that was given.
enum MissingName {
    /// The task that may have been meant, or the tasks that there are.
    static func task(_ name: String, among names: [String]) -> String {
        let suggestion = NearestName.suggestion(name, among: names)
        return suggestion.isEmpty ? "; it has \(names.prefix(20).joined(separator: ", "))" : suggestion
    }

    static func message(_ word: String, _ name: String, among names: [String], namespace: String, list: String)
        -> String
    {
        let beginning = "there is no \(word) \"\(name)\" in namespace \(namespace)"
        let suggestion = NearestName.suggestion(name, among: names)
        if !suggestion.isEmpty { return beginning + suggestion }
        return names.isEmpty ? "\(beginning), and no other either" : "\(beginning); \(list) tells which there are"
    }
}
