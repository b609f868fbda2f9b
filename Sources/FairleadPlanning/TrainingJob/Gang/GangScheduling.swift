public import FairleadAPI
public import KubernetesCore

/// How a job's pods are to be placed together or not at all: the object that says so, and what each pod is given.
public struct GangScheduling: Sendable, Hashable {
    /// What places them, for `status.gang`; `none` where nothing does.
    public private(set) var mode: GangMode
    /// The object that describes the gang, to be made before its pods; nil where nothing is needed.
    public private(set) var object: GangObject?
    /// Why the job can't be placed as it asks; nil where it can.
    public private(set) var problem: String?

    /// Nothing places the pods together.
    public static let none = GangScheduling(mode: .none)

    /// What stands in the job's way.
    public static func refused(_ problem: String) -> GangScheduling { GangScheduling(mode: .none, problem: problem) }

    private init(mode: GangMode, object: GangObject? = nil, problem: String? = nil) {
        self.mode = mode
        self.object = object
        self.problem = problem
    }

    /// Decides how a job's gang is placed.
    ///
    /// Once decided it stays so for the whole job, by `status.gang`: a gang of which some pods belong to a group and
    /// others do not might wait for itself.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - spec: What it runs, as it was fixed.
    ///   - served: What the API server serves.
    public static func plan(job: TrainingJob, spec: TrainingJobSpec, served: ServedAPIs) -> GangScheduling {
        let wish = spec.gang ?? .auto
        let mode = job.status.gang.flatMap(GangMode.init(rawValue:)) ?? wish
        // One pod is placed whole by any scheduler.
        if mode == .none || mode == .auto && spec.gangMinimum < 2 { return .none }
        for backend in GangBackend.allCases where mode == .auto || mode == backend.mode {
            guard let type = served.first(backend.types) else { continue }
            let object = GangObject(job: job, spec: spec, backend: backend, type: type, served: served)
            return GangScheduling(mode: backend.mode, object: object)
        }
        guard wish != .auto, let backend = GangBackend.allCases.first(where: { $0.mode == mode }) else { return .none }
        let missing = Set(backend.types.map(\.qualifiedName)).sorted().joined(separator: " nor ")
        return .refused("gang: \(mode.rawValue), but the API server does not serve \(missing)")
    }

    /// Has a pod of the job placed with the others.
    ///
    /// - Parameters:
    ///   - pod: The pod that is to be made.
    ///   - role: Its role in the job.
    public func stamp(_ pod: inout JSONValue, role: String) { object?.stamp(&pod, role: role) }
}

extension TrainingJobSpec {
    /// How many pods get their places together.
    ///
    /// A launcher is made when the workers are ready, so they can't wait for it; an elastic job starts with fewer.
    var gangMinimum: Int {
        let spare = nodes(of: RoleName.worker) - workerRange.lowerBound
        return totalNodes - max(0, spare) - nodes(of: RoleName.launcher)
    }
}
