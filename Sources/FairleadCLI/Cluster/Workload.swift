import FairleadAPI
import KubernetesClient
import KubernetesCore

/// What the verbs of the command line are about: a run of a pipeline, a training job, or an inference service.
enum Workload: Sendable {
    case run(PipelineRun)
    case job(TrainingJob)
    case service(InferenceService)

    /// The kinds, as a name may begin to say which is meant: `job/bert`.
    enum Kind: String, Sendable, CaseIterable {
        case run
        case job
        case service

        /// The kind's resource.
        var type: ResourceType {
            switch self {
            case .run: .pipelineRun
            case .job: .trainingJob
            case .service: .inferenceService
            }
        }

        /// As people call it.
        var word: String {
            switch self {
            case .run: "run"
            case .job: "training job"
            case .service: "inference service"
            }
        }

        /// The word with its article.
        var withArticle: String { self == .service ? "an \(word)" : "a \(word)" }
    }

    /// The kind.
    var kind: Kind {
        switch self {
        case .run: .run
        case .job: .job
        case .service: .service
        }
    }

    /// The name.
    var name: String {
        switch self {
        case .run(let run): run.metadata.name
        case .job(let job): job.metadata.name
        case .service(let service): service.metadata.name
        }
    }

    /// The phase in which it ended; nil where it has not, as a service never does.
    var end: String? {
        switch self {
        case .run(let run): run.status.phase.flatMap { $0.isTerminal ? $0.rawValue : nil }
        case .job(let job): job.status.phase.flatMap { $0.isTerminal ? $0.rawValue : nil }
        case .service: nil
        }
    }
}

/// The address of a run, a training job or an inference service.
struct WorkloadKey: Sendable, Hashable {
    let kind: Workload.Kind
    let key: ObjectKey

    init(_ kind: Workload.Kind, _ key: ObjectKey) {
        self.kind = kind
        self.key = key
    }

    /// Shows it until it is finished, or a service's newest spec in effect, then how it ended; returns whether it
    /// succeeded.
    func watch(_ cluster: Cluster) async throws -> Bool {
        switch kind {
        case .run: try await RunWatcher.watch(cluster, key) == .succeeded
        case .job: try await JobWatcher.watch(cluster, key) == .succeeded
        case .service: try await ServiceWatcher.watch(cluster, key)
        }
    }
}

/// What is meant on a command line: `bert`, or where several kinds have that name `run/bert`, `job/bert` or
/// `service/bert`.
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
            throw CommandError(.invalidInput, "\"\(text)\": write a name, run/NAME, job/NAME or service/NAME")
        }
        self.kind = kind
        name = parts[1]
    }
}

extension Cluster {
    /// The run, job or service of a name.
    ///
    /// - Throws: ``CommandError`` where there is none, with the nearest name, or where there are several.
    func workload(_ text: String) async throws -> Workload {
        let wanted = try WorkloadName(text)
        let (name, list) = (wanted.name, commandLine("fairlead list"))
        switch wanted.kind {
        case .run: return .run(try await run(name))
        case .job: return .job(try await find(TrainingJob.self, name, word: "training job", list: list))
        case .service:
            return .service(try await find(InferenceService.self, name, word: "inference service", list: list))
        case nil: break
        }
        var found: [Workload] = []
        if let run = try await present(PipelineRun.self, name) { found.append(.run(run)) }
        if let job = try await present(TrainingJob.self, name) { found.append(.job(job)) }
        if let service = try await present(InferenceService.self, name) { found.append(.service(service)) }
        if found.count == 1 { return found[0] }
        if !found.isEmpty {
            let words = found.map(\.kind.withArticle).joined(separator: " and ")
            let forms = found.map { "\($0.kind.rawValue)/\(name)" }.joined(separator: " or ")
            throw CommandError(.conflict, "\"\(name)\" is \(words); write \(forms)")
        }
        let runs = try await client.listAll(PipelineRun.self, namespace: namespace).items.map(\.metadata.name)
        let jobs = try await trainingJobs(namespace: namespace).map(\.metadata.name)
        let services = try await inferenceServices(namespace: namespace).map(\.metadata.name)
        throw CommandError(
            .notFound,
            MissingName.message(
                "run, training job or inference service", name, among: runs + jobs + services, namespace: namespace,
                list: list))
    }

    /// All jobs of a namespace, or of all; none where the cluster does not know the kind.
    func trainingJobs(namespace: String?) async throws -> [TrainingJob] {
        try await known(TrainingJob.self, namespace: namespace)
    }

    /// All services of a namespace, or of all; none where the cluster does not know the kind.
    func inferenceServices(namespace: String?) async throws -> [InferenceService] {
        try await known(InferenceService.self, namespace: namespace)
    }

    private func known<T: Resource>(_ type: T.Type, namespace: String?) async throws -> [T] {
        do {
            return try await client.listAll(T.self, namespace: namespace).items
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
