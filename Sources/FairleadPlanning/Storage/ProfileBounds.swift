import FairleadAPI
import KubernetesCore

extension Platform.Profile {
    private static let resourceNames = [
        "cpu": "cpu", "memory": "memory", "gpu": "nvidia.com/gpu", "disk": "ephemeral-storage",
    ]

    /// Judges a pod, with all patches in it, by the profile's `max`.
    ///
    /// - Throws: ``TaskProblem`` that names the first field which asks for more.
    func check(_ pod: JSONValue) throws(TaskProblem) {
        for (field, text) in spec.max?.quantities ?? [] {
            guard let most = Quantity(text) else { continue }
            let asked = asked(for: field, in: pod["spec"] ?? [:])
            guard asked > most else { continue }
            throw TaskProblem(
                .invalidSpec,
                "resources.\(field): \(asked) is more than the \(most) that ClusterProfile \"\(name)\" allows")
        }
    }

    private func asked(for field: String, in spec: JSONValue) -> Quantity {
        guard let resource = Self.resourceNames[field] else {
            let volumes = spec["volumes"]?.arrayValue ?? []
            let memory = volumes.compactMap { $0["emptyDir"] }.filter { $0["medium"] == "Memory" }
            return memory.compactMap { Self.quantity($0["sizeLimit"]) }.max() ?? .zero
        }
        return (spec["containers"]?.arrayValue ?? []).reduce(.zero) { sum, container in
            let places = [["resources", "requests", resource], ["resources", "limits", resource]]
            return sum + (places.compactMap { Self.quantity(container[path: $0]) }.max() ?? .zero)
        }
    }

    private static func quantity(_ value: JSONValue?) -> Quantity? {
        guard let value, !value.isNull else { return nil }
        return Quantity(value.stringValue ?? JSONWriter.string(value))
    }

    /// An image as the profile's registry has it: one whose name begins with no registry is taken from there.
    func image(_ image: String) -> String {
        guard let registry = spec.images?.registry else { return image }
        let first = image.prefix { $0 != "/" }
        let namesRegistry =
            first.count < image.count && (first.contains(".") || first.contains(":") || first == "localhost")
        return namesRegistry ? image : "\(registry.hasSuffix("/") ? String(registry.dropLast()) : registry)/\(image)"
    }
}
