import FairleadAPI
import KubernetesCore

/// What a service should serve: a revision for its one model, or for each variant, and for the mirror.
struct ServiceTracks {
    /// One of them.
    struct Track {
        /// The variant's name, `mirror` for the mirror, empty for a service of one model.
        var name: String
        /// The percent of the requests that it gets; 0 for the mirror.
        var share: Int
        /// The percent of the requests that are copied to it; nil but for the mirror.
        var mirror: Int?
        /// The registered model that it follows.
        var reference: ModelReference?
        /// The version that the reference means now.
        var version: Int64?
        /// What that version takes and gives.
        var signature: ModelSignature?
        /// The revision that it should have, or why it can't have one.
        var wanted: Result<WantedRevision, TaskProblem>
    }

    /// The mirror's name among the tracks.
    static let mirror = "mirror"

    private let spec: InferenceServiceSpec
    private let name: String
    private let choice: RuntimeChoice
    private let resolve: (ModelReference) -> ModelResolution

    /// Reads a service.
    ///
    /// - Parameters:
    ///   - spec: What it wants.
    ///   - name: Its name.
    ///   - runtimes: Those that it may get.
    ///   - resolve: What a registered model means now.
    init(
        _ spec: InferenceServiceSpec, name: String, runtimes: [RuntimeCandidate],
        resolve: @escaping (ModelReference) -> ModelResolution
    ) {
        self.spec = spec
        self.name = name
        choice = RuntimeChoice(candidates: runtimes)
        self.resolve = resolve
    }

    /// The tracks, in the order in which they stand.
    var all: [Track] {
        var tracks: [Track] = []
        if spec.variants.isEmpty {
            tracks.append(
                track(name: "", share: 100, model: spec.model, runtime: spec.runtime, container: spec.container))
        }
        for (variant, weight) in zip(spec.variants, spec.variantWeights) {
            tracks.append(
                track(
                    name: variant.name, share: weight, model: variant.model, runtime: variant.runtime ?? spec.runtime,
                    container: variant.container.merged(over: spec.container)))
        }
        if let mirror = spec.mirror {
            var track = track(
                name: Self.mirror, share: 0, model: mirror.model, runtime: mirror.runtime ?? spec.runtime,
                container: spec.container)
            track.mirror = mirror.effectivePercent
            tracks.append(track)
        }
        return tracks
    }

    private func track(
        name track: String, share: Int, model: ServedModel?, runtime: String?, container: ContainerSpec
    ) -> Track {
        var result = Track(name: track, share: share, wanted: .failure(TaskProblem(.invalidSpec, "")))
        do throws(TaskProblem) {
            let resolved = try self.resolved(model, &result)
            result.wanted = .success(
                try revision(track, resolved, runtime: runtime, container: container, of: result))
        } catch {
            result.wanted = .failure(error)
        }
        return result
    }

    private func resolved(_ model: ServedModel?, _ track: inout Track) throws(TaskProblem) -> ResolvedModel? {
        switch model {
        case nil: return nil
        case .stored(let uri, let format, let version):
            return ResolvedModel(uri: uri, format: format, formatVersion: version)
        case .registered(let reference):
            track.reference = reference
            switch resolve(reference) {
            case .missing(let message): throw TaskProblem(.modelMissing, "model: \(message)")
            case .found(let version):
                guard let spec = version.spec.value else {
                    throw TaskProblem(.modelMissing, "model: ModelVersion \"\(version.metadata.name)\" can't be read")
                }
                track.version = ModelName.number(spec.version.text)
                track.signature = spec.signature
                return ResolvedModel(spec)
            }
        }
    }

    private func revision(
        _ track: String, _ model: ResolvedModel?, runtime: String?, container: ContainerSpec, of result: Track
    ) throws(TaskProblem) -> WantedRevision {
        let chosen = try self.chosen(runtime, model, container)
        let content = RevisionContent(
            track: track, model: model, runtime: chosen.map { RevisionContent.Runtime($0.spec) }, container: container,
            port: spec.port, protocol: chosen?.protocol ?? spec.protocol ?? .v2, transformer: spec.transformer,
            explainer: spec.explainer, ready: spec.timeouts?.ready, request: spec.timeouts?.request)
        return WantedRevision(
            name: content.name(service: name), content: content, runtime: chosen?.name, version: result.version,
            signature: result.signature)
    }

    /// The runtime; nil where the user's own container is all that runs.
    private func chosen(
        _ runtime: String?, _ model: ResolvedModel?, _ container: ContainerSpec
    ) throws(TaskProblem) -> RuntimeChoice.Chosen? {
        if let runtime { return try choice.named(runtime, model, spec.protocol) }
        if container.image != nil { return nil }
        guard let model else {
            throw TaskProblem(.invalidSpec, "needs a model, a runtime, or the image of a server")
        }
        return try choice.forFormat(model, spec.protocol)
    }
}
