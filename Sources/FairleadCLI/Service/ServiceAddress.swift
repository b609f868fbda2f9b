import FairleadAPI
import KubernetesCore

/// Some pods of an inference service: those of a component of some revisions.
struct ServiceAddress: Sendable, Hashable {
    /// The revisions' names.
    var revisions: Set<String>
    var component: ServiceComponent

    /// The newest revision of each variant, or what a part of a command line names: a revision, the end of its name,
    /// a variant, or a component of the newest revisions.
    ///
    /// - Throws: ``CommandError`` where the service has no revision, or none of that name.
    init(_ part: String?, of service: InferenceService) throws(CommandError) {
        let all = service.status.revisions
        let name = service.metadata.name
        guard !all.isEmpty else {
            let phase = service.status.phase?.rawValue ?? "Pending"
            throw CommandError(.notFound, "inference service \"\(name)\" has no revision yet (\(phase))")
        }
        let moving = service.status.rollouts.compactMap { $0.candidate ?? $0.stable }
        let known = Set(all.map(\.name))
        let newest = known.intersection(moving)
        component = .predictor
        revisions = newest.isEmpty ? known : newest
        guard let part else { return }
        if let component = ServiceComponent(rawValue: part) {
            self.component = component
            return
        }
        let named = all.filter { $0.name == part || $0.name == "\(name)-\(part)" || $0.variant == part }
        guard !named.isEmpty else {
            let names = all.map(\.name) + all.compactMap(\.variant) + ServiceComponent.allCases.map(\.rawValue)
            let hint = NearestName.suggestion(part, among: names)
            throw CommandError(
                .notFound,
                "inference service \"\(name)\" has no revision, variant or component \"\(part)\""
                    + (hint.isEmpty ? "; its revisions are \(all.map(\.name).joined(separator: ", "))" : hint))
        }
        revisions = Set(named.map(\.name))
    }

    /// The selector of all pods of a service.
    static func selector(service: String) -> String { "\(FairleadLabel.inferenceService)=\(service)" }

    /// Whether a pod is meant.
    func matches(_ pod: PodView) -> Bool {
        pod.metadata.labels[FairleadLabel.component] == component.rawValue
            && pod.metadata.labels[FairleadLabel.revision].map(revisions.contains) ?? false
    }
}
