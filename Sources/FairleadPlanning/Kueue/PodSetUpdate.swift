public import KubernetesCore

/// What an admission changes on the pods of a role.
public struct PodSetUpdate: Sendable, Hashable {
    /// How many pods were admitted; nil for all.
    public var count: Int?
    /// Labels that are added.
    public var labels: [String: String] = [:]
    /// Annotations that are added.
    public var annotations: [String: String] = [:]
    /// Where the pods may run.
    public var nodeSelector: [String: String] = [:]
    /// What they bear.
    public var tolerations: [JSONValue] = []
    /// What must be taken off before they are placed.
    public var schedulingGates: [String] = []

    /// Changes nothing.
    public init() {}

    /// Changes a pod that is to be made.
    ///
    /// Guarantees: equal updates make equal pods of equal pods.
    public func apply(to pod: inout JSONValue) {
        // Kueue would take a pod with that label for a job of its own.
        pod[path: ["metadata", "labels", PodNaming.queueLabel]] = nil
        Self.add(labels, to: &pod, ["metadata", "labels"])
        Self.add(annotations, to: &pod, ["metadata", "annotations"])
        Self.add(nodeSelector, to: &pod, ["spec", "nodeSelector"])
        Self.append(tolerations, to: &pod, ["spec", "tolerations"])
        Self.append(schedulingGates.map { ["name": .string($0)] }, to: &pod, ["spec", "schedulingGates"])
    }

    private static func add(_ members: [String: String], to pod: inout JSONValue, _ path: [String]) {
        for (name, value) in members { pod[path: path + [name]] = .string(value) }
    }

    private static func append(_ elements: [JSONValue], to pod: inout JSONValue, _ path: [String]) {
        let known = pod[path: path]?.arrayValue ?? []
        let new = elements.filter { !known.contains($0) }
        if !new.isEmpty { pod[path: path] = .array(known + new) }
    }

    /// Adds what an admission check wants.
    ///
    /// - Returns: A name for which both want different values; checks may only add.
    mutating func add(_ other: PodSetUpdate) -> String? {
        func merge(_ values: inout [String: String], _ new: [String: String]) -> String? {
            let conflict = new.keys.sorted().first { values[$0] != nil && values[$0] != new[$0] }
            values.merge(new) { _, last in last }
            return conflict
        }
        let conflicts = [
            merge(&labels, other.labels), merge(&annotations, other.annotations),
            merge(&nodeSelector, other.nodeSelector),
        ]
        tolerations += other.tolerations.filter { !tolerations.contains($0) }
        return conflicts.compactMap(\.self).first
    }
}
