public import FairleadAPI
public import KubernetesCore

/// The files that an attempt wrote, as its pod tells it.
public enum PodArtifacts {
    /// The declared artifacts of an attempt that ended well: places from the annotation, sizes and digests from `store`.
    public static func references(_ pod: PodView, declared: [String]) -> [String: ArtifactReference] {
        guard let folder = pod.metadata.annotations[PodNaming.artifactsAnnotation] else { return [:] }
        let lines = lines(pod)
        var references: [String: ArtifactReference] = [:]
        for name in declared {
            references[name] = ArtifactReference(
                uri: "\(folder)/\(name)", digest: lines[name]?["digest"]?.stringValue,
                size: lines[name]?["size"]?.integerValue)
        }
        return references
    }

    /// Where the attempt's log is kept; nil where it is not, or not yet.
    public static func log(_ pod: PodView) -> String? {
        guard let uri = pod.metadata.annotations[PodNaming.logAnnotation] else { return nil }
        let lines = TerminationMessage.lines(pod.storeStatus?.state?.terminated?.message)
        return lines.contains { $0["log"] != nil && $0["size"] != nil } ? uri : nil
    }

    /// What `store` wrote of each artifact.
    static func lines(_ pod: PodView) -> [String: JSONValue] {
        let lines = TerminationMessage.lines(pod.storeStatus?.state?.terminated?.message)
        return Dictionary(
            lines.compactMap { line in line["artifact"]?.stringValue.map { ($0, line) } },
            uniquingKeysWith: { _, last in last })
    }

    /// Refuses artifacts of which `store` could not tell all: each takes a line of a termination message.
    static func checkFit(_ names: [String]) throws(TaskProblem) {
        let most = Limits.published.resultBytesWithFourContainers
        let longest = #"{"artifact":"","digest":"sha256:","size":}"#.utf8.count + 64 + 19 + 1
        let bytes = names.reduce(0) { $0 + $1.utf8.count + longest }
        guard bytes > most else { return }
        throw TaskProblem(
            .invalidSpec,
            "artifacts: what is to be told of \(names.count) artifacts takes \(bytes) bytes, and a pod can tell \(most); "
                + "put several files into the folder of one artifact")
    }
}

extension PodView {
    /// The status of the sidecar `store`.
    var storeStatus: ContainerStatus? { status.initContainerStatuses?.first { $0.name == "store" } }
}
