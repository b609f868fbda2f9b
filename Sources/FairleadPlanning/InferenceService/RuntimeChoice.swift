public import FairleadAPI
import KubernetesCore

/// A runtime that services of a namespace may get.
public struct RuntimeCandidate: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Whether it is a ClusterServingRuntime.
    public var isOfCluster: Bool
    /// What it is; nil where it can't be used.
    public var spec: ServingRuntimeSpec?

    /// Describes a runtime.
    public init(name: String, isOfCluster: Bool, spec: ServingRuntimeSpec?) {
        self.name = name
        self.isOfCluster = isOfCluster
        self.spec = spec
    }

    /// A runtime of a namespace.
    public init(_ runtime: ServingRuntime) {
        self.init(
            name: runtime.metadata.name, isOfCluster: false, spec: runtime.problems.isEmpty ? runtime.spec.value : nil)
    }

    /// A runtime of the cluster.
    public init(_ runtime: ClusterServingRuntime) {
        self.init(
            name: runtime.metadata.name, isOfCluster: true, spec: runtime.problems.isEmpty ? runtime.spec.value : nil)
    }

    /// For messages.
    var kind: String { isOfCluster ? "ClusterServingRuntime" : "ServingRuntime" }
}

/// Chooses the runtime of a model, in KServe's order: the namespace's before the cluster's, then by the priority of the
/// format, of which none comes last, then by name.
struct RuntimeChoice {
    /// The runtimes of the namespace and of the cluster.
    let candidates: [RuntimeCandidate]

    /// A runtime that was chosen, and what its server will speak.
    struct Chosen {
        var name: String
        var spec: ServingRuntimeSpec
        var `protocol`: InferenceProtocol
    }

    /// The runtime of that name.
    ///
    /// - Throws: ``TaskProblem`` where there is none, or none that can serve the model.
    func named(
        _ name: String, _ model: ResolvedModel?, _ wanted: InferenceProtocol?
    ) throws(TaskProblem) -> Chosen {
        let named = candidates.filter { $0.name == name }
        guard let runtime = named.first(where: { !$0.isOfCluster }) ?? named.first else {
            let names = Set(candidates.map(\.name)).sorted()
            throw TaskProblem(
                .noRuntime, "runtime: there is no runtime \"\(name)\"\(NearestName.suggestion(name, among: names))")
        }
        guard let spec = runtime.spec else {
            throw TaskProblem(.noRuntime, "runtime: \(runtime.kind) \"\(name)\" can't be used: its Ready says why")
        }
        if spec.isDisabled { throw TaskProblem(.runtimeDisabled, "runtime: \(runtime.kind) \"\(name)\" is disabled") }
        if let format = model?.format, !spec.supportedModelFormats.isEmpty,
            !spec.supportedModelFormats.contains(where: { $0.takes(format, model?.formatVersion) })
        {
            let known = spec.supportedModelFormats.map(\.description).joined(separator: ", ")
            throw TaskProblem(
                .noRuntime, "runtime: \(runtime.kind) \"\(name)\" does not take \(format) but \(known)")
        }
        if let wanted, !spec.protocols.contains(wanted) {
            let known = spec.protocols.map(\.rawValue).joined(separator: ", ")
            throw TaskProblem(
                .noRuntime,
                "protocol: \(runtime.kind) \"\(name)\" does not speak \(wanted.rawValue) but \(known)")
        }
        return Chosen(name: name, spec: spec, protocol: wanted ?? spec.preferred)
    }

    /// The runtime for a model's format.
    ///
    /// - Throws: ``TaskProblem`` where there is none.
    func forFormat(_ model: ResolvedModel, _ wanted: InferenceProtocol?) throws(TaskProblem) -> Chosen {
        guard let format = model.format else {
            throw TaskProblem(.invalidSpec, "model.format: is required, unless runtime or an image is given")
        }
        let usable = candidates.compactMap { runtime -> (RuntimeCandidate, ServingRuntimeSpec, priority: Int?)? in
            guard let spec = runtime.spec, !spec.isDisabled else { return nil }
            let formats = spec.supportedModelFormats.filter {
                $0.autoSelect != false && $0.takes(format, model.formatVersion)
            }
            guard !formats.isEmpty else { return nil }
            return (runtime, spec, formats.compactMap(\.priority).max())
        }
        guard !usable.isEmpty else { throw missing(format, model.formatVersion) }
        let speaking = usable.filter { _, spec, _ in wanted.map { spec.protocols.contains($0) } ?? true }
        let best = speaking.min { left, right in
            if left.0.isOfCluster != right.0.isOfCluster { return !left.0.isOfCluster }
            if left.priority != right.priority { return (left.priority ?? .min) > (right.priority ?? .min) }
            return left.0.name < right.0.name
        }
        guard let (runtime, spec, _) = best else {
            let names = usable.map { "\($0.0.name) speaks \($0.1.protocols.map(\.rawValue).joined(separator: ", "))" }
            throw TaskProblem(
                .noRuntime,
                "protocol: no runtime for \(format) speaks \(wanted?.rawValue ?? ""); \(names.joined(separator: "; "))")
        }
        return Chosen(name: runtime.name, spec: spec, protocol: wanted ?? spec.preferred)
    }

    private func missing(_ format: String, _ version: String?) -> TaskProblem {
        let enabled = candidates.compactMap(\.spec).filter { !$0.isDisabled }
        let known = Set(enabled.flatMap(\.supportedModelFormats).filter { $0.autoSelect != false }.map(\.name)).sorted()
        let story = "model.format: no runtime takes \(format)\(version.map { " \($0)" } ?? "")"
        let hint = NearestName.suggestion(format, among: known.filter { $0 != format })
        let rest =
            known.isEmpty ? "; there is no runtime at all" : "; there are runtimes for \(known.joined(separator: ", "))"
        return TaskProblem(.noRuntime, story + (hint.isEmpty ? rest : hint))
    }
}

extension ServingRuntimeSpec {
    /// What it speaks where a service doesn't say.
    fileprivate var preferred: InferenceProtocol { protocols.contains(.v2) ? .v2 : protocols.first ?? .v2 }
}

extension ServingRuntimeSpec.ModelFormat {
    fileprivate func takes(_ format: String, _ version: String?) -> Bool {
        name == format && (version == nil || self.version == nil || version == self.version)
    }

    fileprivate var description: String { version.map { "\(name) \($0)" } ?? name }
}
