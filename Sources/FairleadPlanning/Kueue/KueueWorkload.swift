import FairleadAPI
public import KubernetesCore

/// What of Kueue's Workload a job under its control reads; the same in both versions of its API.
public struct KueueWorkload: Sendable, Hashable, Decodable {
    /// The object's metadata.
    public var metadata: ObjectMeta
    var queueName: String?
    var podSets: [PodSet]
    var conditions: [Condition]
    var assignments: [Assignment]?
    var checks: [Check]
    var reclaimable: [Reclaimable]
    var pastExecutionSeconds: Int64?

    struct PodSet: Sendable, Hashable, Decodable {
        var name: String
        var count: Int
        /// How many are enough.
        var minCount: Int?
        var topologyRequest: JSONValue?
    }

    /// What a set of pods was admitted with.
    struct Assignment: Sendable, Hashable, Decodable {
        var name: String
        var flavors: [String: String]?
        var count: Int?
        var topologyAssignment: JSONValue?
    }

    struct Check: Sendable, Hashable, Decodable {
        var name: String
        var podSetUpdates: [Update]?
    }

    struct Update: Sendable, Hashable, Decodable {
        var name: String
        var labels: [String: String]?
        var annotations: [String: String]?
        var nodeSelector: [String: String]?
        var tolerations: [JSONValue]?
    }

    struct Reclaimable: Sendable, Hashable, Codable {
        var name: String
        var count: Int
    }

    private struct Spec: Decodable {
        var queueName: String?
        var podSets: [PodSet]?
    }

    private struct Status: Decodable {
        struct Admission: Decodable { var podSetAssignments: [Assignment]? }
        var conditions: [Condition]?
        var admission: Admission?
        var admissionChecks: [Check]?
        var reclaimablePods: [Reclaimable]?
        var accumulatedPastExecutionTimeSeconds: Int64?
    }

    private enum CodingKeys: String, CodingKey { case metadata, spec, status }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        let spec = try container.decodeIfPresent(Spec.self, forKey: .spec)
        let status = try container.decodeIfPresent(Status.self, forKey: .status)
        queueName = spec?.queueName
        podSets = spec?.podSets ?? []
        conditions = status?.conditions ?? []
        assignments = status?.admission.map { $0.podSetAssignments ?? [] }
        checks = status?.admissionChecks ?? []
        reclaimable = status?.reclaimablePods ?? []
        pastExecutionSeconds = status?.accumulatedPastExecutionTimeSeconds
    }

    /// The flavors in which the pods were admitted.
    public var flavorNames: Set<String> {
        Set((assignments ?? []).flatMap { ($0.flavors ?? [:]).values })
    }

    /// Whether the pods may be there as far as Kueue is concerned.
    public var isAdmitted: Bool { holds(KueueName.admitted) && !holds(KueueName.evicted) }

    /// Whether the job was let in once, with the same resources, by this state and another one.
    public func isSameAdmission(as other: KueueWorkload) -> Bool {
        isAdmitted && other.isAdmitted && assignments == other.assignments
            && conditions[type: KueueName.admitted]?.lastTransitionTime
                == other.conditions[type: KueueName.admitted]?.lastTransitionTime
    }

    func holds(_ condition: String) -> Bool { conditions[type: condition]?.status == .isTrue }

    /// What an admission makes of the pods of each role.
    ///
    /// - Parameter flavors: The flavors by name.
    /// - Throws: `KueueProblem` where checks contradict each other or a flavor is gone.
    public func updates(_ flavors: [String: KueueFlavor]) throws(KueueProblem) -> [String: PodSetUpdate] {
        var updates: [String: PodSetUpdate] = [:]
        for assignment in assignments ?? [] { updates[assignment.name] = try update(assignment, flavors) }
        return updates
    }

    private func update(
        _ assignment: Assignment, _ flavors: [String: KueueFlavor]
    ) throws(KueueProblem) -> PodSetUpdate {
        var update = PodSetUpdate()
        let set = podSets.first { $0.name == assignment.name }
        if let count = assignment.count, count != set?.count { update.count = count }
        update.labels[KueueName.podSet] = assignment.name
        update.annotations[KueueName.workload] = metadata.name
        if assignment.topologyAssignment != nil {
            update.schedulingGates = [KueueName.topologyGate]
            if set?.topologyRequest == nil { update.annotations[KueueName.unconstrainedTopology] = "true" }
        }
        // Sorted, so that equal admissions make equal pods.
        for name in Set((assignment.flavors ?? [:]).values).sorted() {
            guard let flavor = flavors[name] else {
                throw KueueProblem(message: "ResourceFlavor \"\(name)\", in which the job was admitted, is not there")
            }
            update.nodeSelector.merge(flavor.nodeLabels) { _, last in last }
            update.tolerations += flavor.tolerations.filter { !update.tolerations.contains($0) }
        }
        for check in checks {
            for wish in (check.podSetUpdates ?? []) where wish.name == assignment.name {
                var other = PodSetUpdate()
                other.labels = wish.labels ?? [:]
                other.annotations = wish.annotations ?? [:]
                other.nodeSelector = wish.nodeSelector ?? [:]
                other.tolerations = wish.tolerations ?? []
                guard let conflict = update.add(other) else { continue }
                throw KueueProblem(
                    message: "admission check \"\(check.name)\" wants another \"\(conflict)\" than the admission has")
            }
        }
        return update
    }
}

/// Why an admitted job can't have its pods.
public struct KueueProblem: Error, Sendable, Hashable {
    /// For people.
    public var message: String

    /// Describes a problem.
    public init(message: String) { self.message = message }
}
