import FairleadAPI
import KubernetesClient
import KubernetesCore

/// What the verbs of the command line are about: a run of a pipeline, or a training job.
enum Workload: Sendable {
    case run(PipelineRun)
    case job(TrainingJob)

    /// The kinds, as a name may begin to say which is meant: `job/bert`.
    enum Kind: String, Sendable, CaseIterable {
        case run
        case job

        /// The kind's resource.
        var type: ResourceType { self == .run ? .pipelineRun : .trainingJob }
        /// As people call it.
        var word: String { self == .run ? "run" : "training job" }
    }

    /// The kind.
    var kind: Kind {
        switch self {
        case .run: .run
        case .job: .job
        }
    }

    /// The name.
    var name: String {
        switch self {
        case .run(let run): run.metadata.name
        case .job(let job): job.metadata.name
        }
    }

    /// The phase in which it ended; nil where it has not.
    var end: String? {
        switch self {
        case .run(let run): run.status.phase.flatMap { $0.isTerminal ? $0.rawValue : nil }
        case .job(let job): job.status.phase.flatMap { $0.isTerminal ? $0.rawValue : nil }
        }
    }
}

/// The address of a run or a training job.
struct WorkloadKey: Sendable, Hashable {
    let kind: Workload.Kind
    let key: ObjectKey

    init(_ kind: Workload.Kind, _ key: ObjectKey) {
        self.kind = kind
        self.key = key
    }

    /// Shows it until it is finished, then how it ended; returns whether it succeeded.
    func watch(_ cluster: Cluster) async throws -> Bool {
        switch kind {
        case .run: try await RunEnding.watch(cluster, key) == .succeeded
        case .job: try await JobWatcher.watch(cluster, key) == .succeeded
        }
    }
}

/// A run or a training job on a command line: `bert`, or where both have that name `run/bert` and `job/bert`.
struct WorkloadName: Sendable, Hashable {
    /// Which kind is meant, nil for either.
    var kind: Workload.Kind?
    var name: String

    /// Reads `bert`, `job/bert`, or `trainingjob/bert` as other commands print it.
    ///
    /// - Throws: ``CommandError``.
    init(_ text: String) throws(CommandError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            name = text
            return
        }
        let kind = Workload.Kind.allCases.first { kind in
            [kind.rawValue, kind.type.gvk.kind.lowercased(), kind.type.plural].contains(parts[0])
        }
        guard let kind, !parts[1].isEmpty else {
            throw CommandError(.invalidInput, "\"\(text)\": write a name, run/NAME or job/NAME")
        }
        self.kind = kind
        name = parts[1]
    }
}

extension Cluster {
    /// The run or job of a name.
    ///
    /// - Throws: ``CommandError`` where there is none, with the nearest name, or where there are both.
    func workload(_ text: String) async throws -> Workload {
        let name = try WorkloadName(text)
        switch name.kind {
        case .run: return .run(try await run(name.name))
        case .job:
            return .job(
                try await find(TrainingJob.self, name.name, word: "training job", list: commandLine("fairlead list")))
        case nil: break
        }
        let run = try await present(PipelineRun.self, name.name)
        switch (run, try await present(TrainingJob.self, name.name)) {
        case (let run?, nil): return .run(run)
        case (nil, let job?): return .job(job)
        case (.some, .some):
            throw CommandError(
                .conflict,
                "\"\(name.name)\" is a run and a training job; write run/\(name.name) or job/\(name.name)")
        case (nil, nil):
            let runs = try await client.listAll(PipelineRun.self, namespace: namespace).items.map(\.metadata.name)
            let jobs = try await trainingJobs(namespace: namespace).map(\.metadata.name)
            throw CommandError(
                .notFound,
                MissingName.message(
                    "run or training job", name.name, among: runs + jobs, namespace: namespace,
                    list: commandLine("fairlead list")))
        }
    }

    /// All jobs of a namespace, or of all; none where the cluster does not know the kind.
    func trainingJobs(namespace: String?) async throws -> [TrainingJob] {
        do {
            return try await client.listAll(TrainingJob.self, namespace: namespace).items
        } catch let error as APIError where error.isNotFound {
            return []
        }
    }

    private func present<T: Resource>(_ type: T.Type, _ name: String) async throws -> T? {
        do {
            return try await client.get(T.self, key(name))
        } catch let error as APIError where error.isNotFound {
            return nil
        }
    }
}
