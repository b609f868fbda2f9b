import FairleadAPI
import KubernetesCore

/// What one pod runs: a container, and what the pod is given beyond it.
struct PodProgram: Sendable {
    /// The pod's name.
    var pod: String
    /// What the program is, for people: `task "train"`.
    var story: String
    /// What names its script in the spec's ConfigMap and its folder in the store.
    var place: String
    /// The container, in which references are not yet replaced.
    var container: ContainerSpec
    /// Variables that name what the program is part of.
    var identity: [(name: String, value: String)]
    /// The role by which overrides choose the pod; nil where it has none.
    var role: String?
    /// Whether its artifacts are stored.
    var storesArtifacts = true
    /// Whether its state is stored for the next attempt.
    var storesCheckpoint = true
    /// What names the folder of that state, where it is not its place: all pods of a job find the same.
    var checkpointPlace: String?
    /// What its part in something larger gives the pod.
    var additions = PodAdditions()
}

/// What a pod is given beyond its container: by a framework's contract, or by where it stands.
struct PodAdditions: Sendable, Hashable {
    /// A volume that the program mounts.
    struct Volume: Sendable, Hashable {
        var name: String
        /// Nil for a volume that the pod has already.
        var source: JSONValue?
        var path: String
        var subPath: String?
    }

    /// Labels beyond the owner's.
    var labels: [String: String] = [:]
    /// Annotations beyond those of every attempt.
    var annotations: [String: String] = [:]
    /// Variables of the program; they win over the user's.
    var environment: [JSONValue] = []
    /// The words that the program's own come after: what runs before it, and then runs it.
    var wrapper: [String] = []
    /// Members of the program's container, such as `ports`.
    var container: [String: JSONValue] = [:]
    /// Members of the pod's spec, such as `hostname`.
    var spec: [String: JSONValue] = [:]
    /// Volumes.
    var volumes: [Volume] = []

    /// Gives a variable.
    mutating func set(_ name: String, _ value: String) {
        environment.append(["name": .string(name), "value": .string(value)])
    }

    /// Mounts keys of a ConfigMap, as files of those names, as a folder.
    mutating func mount(_ keys: [String], of configMap: String, as name: String, at path: String) {
        let items = keys.map { key -> JSONValue in ["key": .string(key), "path": .string(key), "mode": 0o555] }
        let source: JSONValue = ["configMap": ["name": .string(configMap), "items": .array(items)]]
        volumes.append(Volume(name: name, source: source, path: path))
    }
}
