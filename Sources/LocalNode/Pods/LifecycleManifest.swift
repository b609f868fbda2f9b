import KubernetesCore

/// What a container wants done around its life.
struct LifecycleManifest: Sendable, Hashable, Decodable {
    /// Something that is done.
    struct Hook: Sendable, Hashable, Decodable {
        var exec: ProbeManifest.Command?
        var httpGet: ProbeManifest.Request?
        var sleep: Pause?
    }

    struct Pause: Sendable, Hashable, Decodable {
        var seconds: Int64
    }

    /// Before the container is asked to end.
    var preStop: Hook?
}
