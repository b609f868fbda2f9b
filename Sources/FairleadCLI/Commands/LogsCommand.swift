import ArgumentParser
import FairleadAPI
import KubernetesCore

/// `fairlead logs`.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what the tasks of a run, or the pods of a training job or an inference service, wrote.",
        discussion: """
            Of each task, and of each item of a mapped one, the newest attempt is shown; each line begins \
            with the task's name unless one task or item is named. A nested run has its own name, which \
            fairlead status tells. Of a job one pod is named by its rank or as worker-1, all of a role by the role. Of \
            a service the newest revision's servers are shown; a revision, a variant or a component can be named.

            Examples:
              fairlead logs flights-first
              fairlead logs flights-first train-boosting -f
              fairlead logs per-country 'train[7]' --previous
              fairlead logs flights-first ingest --container packages
              fairlead logs bert 3 -f
              fairlead logs bert worker-1 --previous
              fairlead logs service/churn transformer -f
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: ArgumentHelp("The run, the training job or the service.", valueName: "run|job|service"))
    var name: String

    @Argument(
        help: ArgumentHelp(
            "The task, or one of its items; of a job a rank, a pod's place or a role; of a service a revision, a "
                + "variant or a component; all where it is left out.",
            valueName: "task|task[7]|rank|role-1|revision"))
    var part: String?

    @Flag(name: .shortAndLong, help: "Go on as they write, and wait for what has not begun, to the run's end.")
    var follow = false

    @Flag(help: "The attempt before the newest; of a service the run before the container's last start.")
    var previous = false

    @Option(help: ArgumentHelp("The pod's container: main, or packages where some are installed.", valueName: "name"))
    var container = "main"

    func validate() throws {
        if follow, previous { throw ValidationError("--follow and --previous exclude each other.") }
    }

    func run() async throws {
        let (name, part, container, isPrevious) = (name, part, container, previous)
        guard follow else {
            try await cluster.connect { cluster in
                switch try await cluster.workload(name) {
                case .run(let run):
                    let address = try Self.address(part, run)
                    let reader = LogReader(cluster: cluster, run: run, container: container, isPrevious: isPrevious)
                    try await reader.print(address)
                case .job(let job):
                    try await Self.logs(job, part, container, cluster).print(isPrevious: isPrevious)
                case .service(let service):
                    try await Self.logs(service, part, container, cluster).print(isPrevious: isPrevious)
                }
            }
            return
        }
        _ = try await cluster.connectInterruptibly { cluster in
            switch try await cluster.workload(name) {
            case .run(let run):
                let address = try Self.address(part, run)
                let width = LogReader.nameWidth(address, run)
                let printer = LogPrinter(client: cluster.client, container: container, nameWidth: width)
                try await LogFollower.ofRun(run.metadata.name, address, cluster, printer).follow()
            case .job(let job): try await Self.logs(job, part, container, cluster).follow()
            case .service(let service): try await Self.logs(service, part, container, cluster).follow()
            }
        }
    }

    private static func address(_ part: String?, _ run: PipelineRun) throws -> TaskAddress? {
        let address = try part.map { text in try TaskAddress(text) }
        try LogReader.check(address, run)
        return address
    }

    private static func logs(
        _ job: TrainingJob, _ part: String?, _ container: String, _ cluster: Cluster
    ) throws -> JobLogs {
        let address = try part.map { text in try MemberAddress(text) }
        return JobLogs(cluster: cluster, job: job, address: address, container: container)
    }

    private static func logs(
        _ service: InferenceService, _ part: String?, _ container: String, _ cluster: Cluster
    ) throws -> ServiceLogs {
        ServiceLogs(
            cluster: cluster, service: service, address: try ServiceAddress(part, of: service), container: container)
    }
}
