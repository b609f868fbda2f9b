import FairleadAPI
public import KubernetesCore

/// A commit to which an attempt resolved its code.
public struct ResolvedCode: Sendable, Hashable {
    /// The repository and the branch or tag.
    public var key: String
    /// The commit.
    public var commit: String
}

/// Code that a pod runs, as the pod tells it.
public enum PodCode {
    /// The repository and the branch or tag; nil for a commit, which needs no finding out.
    static func key(_ code: CodeSource) -> String? {
        guard let git = code.git else { return nil }
        let ref = code.ref ?? "HEAD"
        let isCommit = (ref.utf8.count == 40 || ref.utf8.count == 64) && ref.allSatisfy(\.isHexDigit)
        return isCommit ? nil : "\(git)#\(ref)"
    }

    /// What names the code of a container while its commit has to be found out: nil where it has none, or names the
    /// commit.
    ///
    /// Attempts with the same key run the same commit: the first one tells it, the others are given it.
    static func key(_ container: ContainerSpec, in scope: Scope) -> String? {
        guard let code = container.code, code.git != nil else { return nil }
        var container = ContainerSpec()
        container.code = code
        return (try? container.evaluated(in: scope).code ?? container.code).flatMap { key($0) }
    }

    /// The commit that the pod's `fetch` told, nil where it has not, or did not have to.
    public static func resolved(_ pod: PodView) -> ResolvedCode? {
        guard let key = pod.metadata.annotations[PodNaming.codeAnnotation],
            let ended = pod.status.initContainerStatuses?.first(where: { $0.name == "fetch" })?.state?.terminated
        else { return nil }
        let commit = TerminationMessage.lines(ended.message).lazy.compactMap { $0["commit"]?.stringValue }.first
        return commit.map { ResolvedCode(key: key, commit: $0) }
    }
}
