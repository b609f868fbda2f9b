public import KubernetesCore

/// Which of the collections that are not Kubernetes' own an API server serves, as far as Fairlead uses them where they
/// are there.
public struct ServedAPIs: Sendable, Hashable {
    /// The collections that are served.
    public var types: Set<ResourceType>

    /// Describes a server.
    public init(_ types: Set<ResourceType> = []) { self.types = types }

    /// The collections that are looked for, each kind's best version first.
    public static let known: [ResourceType] =
        GangBackend.allCases.flatMap(\.types) + ResourceType.kueueWorkloads + ResourceType.kueueFlavors
        + ResourceType.kueuePriorityClasses + [.httpRoute]

    /// The first of the collections that is served.
    public func first(_ candidates: [ResourceType]) -> ResourceType? { candidates.first(where: types.contains) }

    /// The version of Kueue's Workload that is served; nil where there is no Kueue.
    public var kueueWorkload: ResourceType? { first(ResourceType.kueueWorkloads) }

    /// The version of Kueue's ResourceFlavor that is served.
    public var kueueFlavor: ResourceType? { first(ResourceType.kueueFlavors) }

    /// The version of Kueue's WorkloadPriorityClass that is served.
    public var kueuePriorityClass: ResourceType? { first(ResourceType.kueuePriorityClasses) }
}
