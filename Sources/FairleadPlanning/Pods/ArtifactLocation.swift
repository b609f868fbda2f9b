/// Where a run's artifacts are kept.
public struct ArtifactLocation: Sendable, Hashable {
    /// The store's URI without a slash at its end, such as `file:///var/lib/fairlead/artifacts`.
    public var root: String
    /// The run's namespace.
    public var namespace: String
    /// The run's identity.
    public var runUID: String

    /// Names the place of a run's artifacts in a store.
    public init(root: String, namespace: String, runUID: String) {
        var root = root
        while root.hasSuffix("/"), !root.hasSuffix("://") { root.removeLast() }
        self.root = root
        self.namespace = namespace
        self.runUID = runUID
    }

    /// The folder of everything that an attempt of a task writes.
    public func folder(task: String, index: Int = 0, attempt: Int) -> String {
        "\(root)/\(namespace)/\(runUID)/\(task)/\(index)/\(attempt)"
    }

    /// The URI of one artifact.
    public func uri(task: String, index: Int = 0, attempt: Int, artifact: String) -> String {
        "\(folder(task: task, index: index, attempt: attempt))/\(artifact)"
    }

    /// The URI of the state that all attempts of a task share.
    public func checkpoint(task: String, index: Int = 0) -> String {
        "\(root)/\(namespace)/\(runUID)/\(task)/\(index)/checkpoint"
    }

    /// The path of a `file://` URI on the node, nil for other stores.
    public static func hostPath(_ uri: String) -> String? {
        guard uri.hasPrefix("file:///") else { return nil }
        return String(uri.dropFirst("file://".count))
    }
}
