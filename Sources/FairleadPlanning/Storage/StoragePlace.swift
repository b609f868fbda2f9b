import FairleadAPI
import KubernetesCore

/// Where the files of a URI are, as a pod reaches them.
enum StoragePlace: Hashable {
    /// In a folder of the node: `file:///path`, which only the local cluster has.
    case host(String)
    /// In a claim of the pod's namespace: `pvc://claim/path`.
    case claim(String, path: String)
    /// Elsewhere.
    case remote

    /// Takes a URI apart.
    ///
    /// - Throws: ``TaskProblem`` where it leads nowhere.
    init(_ uri: String) throws(TaskProblem) {
        let parts = uri.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(".."), uri.contains("://") else {
            throw TaskProblem(.invalidSpec, "\(uri) is no URI such as s3://bucket/folder, without \"..\"")
        }
        if let path = ArtifactLocation.hostPath(uri) {
            self = .host(path)
        } else if uri.hasPrefix("pvc://") {
            let claim = parts.count > 2 ? String(parts[2]) : ""
            guard !claim.isEmpty else { throw TaskProblem(.invalidSpec, "\(uri) names no claim: pvc://claim/folder") }
            self = .claim(claim, path: parts.dropFirst(3).filter { !$0.isEmpty }.joined(separator: "/"))
        } else if uri.hasPrefix("file:") {
            throw TaskProblem(.invalidSpec, "\(uri) needs an absolute path: file:///folder")
        } else {
            self = .remote
        }
    }

    /// The volume that holds the files, nil for those elsewhere.
    ///
    /// - Parameter isWritten: Whether a folder that is not there is made.
    func volume(isWritten: Bool) -> JSONValue? {
        switch self {
        case .host(let path):
            let source: JSONValue = ["path": .string(path)]
            return ["hostPath": isWritten ? source.with("type", "DirectoryOrCreate") : source]
        case .claim(let name, _): return ["persistentVolumeClaim": ["claimName": .string(name)]]
        case .remote: return nil
        }
    }

    /// Where in the volume they are, nil for its root.
    var subPath: String? {
        if case .claim(_, let path) = self, !path.isEmpty { path } else { nil }
    }
}

extension JSONValue {
    /// The object with one member more.
    fileprivate func with(_ name: String, _ value: JSONValue) -> JSONValue {
        var object = self
        object[name] = value
        return object
    }
}
