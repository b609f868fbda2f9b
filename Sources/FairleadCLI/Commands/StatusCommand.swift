import ArgumentParser
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore

/// `fairlead status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how a run, a training job or an inference service stands, or list all.",
        discussion: """
            Examples:
              fairlead status
              fairlead status flights-first
              fairlead status flights-first --watch
              fairlead status bert --watch
              fairlead status service/churn --watch
              fairlead status flights-first -o json
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(
        help: ArgumentHelp(
            "The run, the training job or the service; all where it is left out.", valueName: "run|job|service"))
    var name: String?

    @Option(name: .shortAndLong, help: "The whole object, as json or yaml.")
    var output: ObjectFormat?

    @Flag(
        name: .shortAndLong,
        help: "Show it as it goes on, a service until its rollout has ended; the exit code is 0 if it succeeds.")
    var watch = false

    @Flag(name: [.customShort("A"), .long], help: "Those of all namespaces.")
    var allNamespaces = false

    func validate() throws {
        if name == nil, watch { throw ValidationError("--watch needs the name of a run, a job or a service.") }
        if name != nil, allNamespaces { throw ValidationError("--all-namespaces lists; leave the name out.") }
        if watch, output != nil { throw ValidationError("--watch and --output exclude each other.") }
    }

    func run() async throws {
        let (format, isWide) = (output, allNamespaces)
        guard let name else {
            try await cluster.connect { try await WorkloadLister(cluster: $0).list(allNamespaces: isWide, format) }
            return
        }
        if watch { return try await show(name) }
        try await cluster.connect { cluster in
            let workload = try await cluster.workload(name)
            if let format {
                let object = try await cluster.client.get(workload.kind.type, cluster.key(workload.name))
                return try Output.write(format.text(object))
            }
            switch workload {
            case .run(let run):
                let nested = await NestedRuns(of: run, cluster)
                try Output.lines(RunStory(run: run, nested: nested, now: Date()).lines())
            case .job(let job): try Output.lines(JobStory(job: job, now: Date()).lines())
            case .service(let service): try Output.lines(ServiceStory(service: service, now: Date()).lines())
            }
        }
    }

    private func show(_ name: String) async throws {
        let isSuccess = try await cluster.connectInterruptibly { cluster in
            let workload = try await cluster.workload(name)
            return try await WorkloadKey(workload.kind, cluster.key(workload.name)).watch(cluster)
        }
        if isSuccess != true { throw ExitCode.failure }
    }
}
