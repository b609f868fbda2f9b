import KubernetesCore

/// What the downward API can tell a pod about itself.
struct PodFacts: Sendable, Hashable {
    var podIP: String
    var hostIP: String
    var nodeName: String
    /// What a container may use where it has no limit of its own.
    var allocatable: [String: Quantity] = [:]

    /// The value of `fieldRef`; nil for a field that does not exist.
    func field(_ path: String, of pod: PodManifest) -> String? {
        if let key = Self.subscripted(path, "metadata.labels") { return pod.metadata.labels[key] ?? "" }
        if let key = Self.subscripted(path, "metadata.annotations") { return pod.metadata.annotations[key] ?? "" }
        switch path {
        case "metadata.name": return pod.metadata.name
        case "metadata.namespace": return pod.metadata.namespace ?? ""
        case "metadata.uid": return pod.metadata.uid
        case "metadata.labels": return Self.lines(pod.metadata.labels)
        case "metadata.annotations": return Self.lines(pod.metadata.annotations)
        case "spec.nodeName": return nodeName
        case "spec.serviceAccountName": return pod.spec.serviceAccountName ?? "default"
        case "status.podIP", "status.podIPs": return podIP
        case "status.hostIP", "status.hostIPs": return hostIP
        default: return nil
        }
    }

    /// The value of `resourceFieldRef` in units of its divisor; nil for one that does not exist.
    func resource(_ reference: ResourceFieldReference, of pod: PodManifest, container name: String) -> String? {
        let target = reference.containerName ?? name
        guard let container = pod.allContainers.first(where: { $0.name == target }) else { return nil }
        let parts = reference.resource.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0] == "requests" || parts[0] == "limits" else { return nil }
        let requests = container.resources?.requests?[parts[1]].flatMap { Quantity($0) }
        let limits = container.resources?.limits?[parts[1]].flatMap { Quantity($0) }
        let amount =
            parts[0] == "limits" ? limits ?? allocatable[parts[1]] ?? .zero : requests ?? limits ?? .zero
        var divisor = Quantity(reference.divisor) ?? .zero
        if divisor <= .zero { divisor = Quantity(1) }
        return String(amount.divided(by: divisor))
    }

    private static func subscripted(_ path: String, _ field: String) -> String? {
        guard path.hasPrefix(field + "['"), path.hasSuffix("']") else { return nil }
        return String(path.dropFirst(field.count + 2).dropLast(2))
    }

    /// A line for each entry, `key="value"`, sorted: the downward API's file format.
    private static func lines(_ entries: [String: String]) -> String {
        entries.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(JSONWriter.string(.string($0.value)))" }.joined(separator: "\n")
    }
}
