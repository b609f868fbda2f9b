import FairleadAPI
import KubernetesCore

/// Where the pods of a job are: the names by which they find each other.
struct JobLayout: Sendable {
    let job: ObjectMeta
    let fixed: FixedJob
    /// The one headless Service, which is the pods' subdomain.
    let service: String
    private let prefix: String

    /// The longest label of DNS.
    private static let longest = 63

    init(job: ObjectMeta, fixed: FixedJob) {
        self.job = job
        self.fixed = fixed
        let digits = String(fixed.spec.totalNodes + fixed.spec.workerRange.upperBound).utf8.count
        let longestRole = fixed.spec.roleNames.map(\.utf8.count).max() ?? 0
        // One prefix for all, so that no host's name changes with the job's size or is that of another.
        prefix = Self.label(job.name, room: longestRole + digits + 2)
        service = "\(Self.label(job.name, room: "-nodes".utf8.count))-nodes"
    }

    /// A beginning of labels of DNS: the text where it can be one, else what of it can, and a digest of it.
    ///
    /// A Service's name begins with a letter and has no dot.
    private static func label(_ text: String, room: Int) -> String {
        let isLabel = text.utf8.count + room <= longest && !text.contains(".") && text.first?.isLetter == true
        guard !isLabel else { return text }
        let plain = text.replacing(".", with: "-")
        let named = plain.first?.isLetter == true ? plain : "job-\(plain)"
        var start = named.prefix(max(1, longest - room - 9))
        while start.last == "-" { start.removeLast() }
        return "\(start)-\(PodNaming.hash(text))"
    }

    /// The job's namespace.
    var namespace: String { job.namespace ?? "default" }

    /// What all pods of the job have in common.
    var owner: PodOwner {
        var labels = [FairleadLabel.managedBy: FairleadLabel.managedByValue, FairleadLabel.trainingJob: job.name]
        // Those of the run that made the job.
        for label in [FairleadLabel.pipeline, FairleadLabel.run, FairleadLabel.task] {
            labels[label] = job.labels[label]
        }
        return PodOwner(.trainingJob, job, labels: labels)
    }

    /// The name of a pod's host.
    func host(_ role: String, _ index: Int) -> String { "\(prefix)-\(role)-\(index)" }

    /// The name by which pods of the namespace reach another one.
    func address(_ role: String, _ index: Int) -> String { "\(host(role, index)).\(service)" }

    /// The name by which they reach a member.
    func address(_ member: JobMember) -> String { address(member.role, member.index) }

    /// The addresses of the pods of a role at the start.
    func addresses(_ role: String) -> [String] { (0..<fixed.spec.nodes(of: role)).map { address(role, $0) } }

    /// How many pods the job has at its start.
    var size: Int { fixed.spec.totalNodes }

    /// The framework's contract.
    var contract: any FrameworkContract {
        switch fixed.spec.effectiveFramework {
        case .pytorch: PyTorchContract(self)
        case .tensorflow: TensorFlowContract(self)
        case .jax: JAXContract(self)
        case .xgboost: XGBoostContract(self)
        case .lightgbm: LightGBMContract(self)
        case .paddle: PaddleContract(self)
        case .mpi, .deepspeed, .horovod: MPIContract(self)
        case .none: NoContract()
        }
    }

    /// Refuses variables that Linux would not take.
    func checkSizes(_ additions: PodAdditions) throws(TaskProblem) {
        for variable in additions.environment {
            let name = variable["name"]?.stringValue ?? ""
            let bytes = name.utf8.count + (variable["value"]?.stringValue?.utf8.count ?? 0) + 2
            guard bytes > 128 << 10 else { continue }
            throw TaskProblem(
                .invalidSpec,
                "nodes: \(name), which names every pod, would take \(bytes) bytes, and a variable has at most "
                    + "\(128 << 10): take fewer nodes, or a shorter name for the job")
        }
    }
}
