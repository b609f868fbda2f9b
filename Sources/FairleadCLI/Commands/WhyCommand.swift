import ArgumentParser
import FairleadAPI
import Foundation
import KubernetesCore

/// `fairlead why`.
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Tell why a run, a training job or an inference service failed, or what it waits for.",
        discussion: """
            The first cause is told, down through nested runs, or the pod of a job or a service that failed first, with \
            the end of its log and what to do; of a service also why a rollout was undone.

            Examples:
              fairlead why flights-first
              fairlead why bert
              fairlead why service/churn
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: ArgumentHelp("The run, the training job or the service.", valueName: "run|job|service"))
    var name: String

    func run() async throws {
        let name = name
        try await cluster.connect { cluster in
            let investigator = Investigator(cluster: cluster)
            let findings: [RunFinding]
            switch try await cluster.workload(name) {
            case .service(let service):
                return try Output.lines(try await investigator.why(service, now: Date()).lines())
            case .job(let job): return try Output.lines(try await investigator.why(job, now: Date()).lines())
            case .run(let run): findings = try await investigator.findings(run.metadata.name)
            }
            try Output.lines(WhyStory(findings: findings, now: Date(), commandLine: cluster.commandLine).lines())
        }
    }
}
