import ArgumentParser
import FairleadAPI
import Foundation
import KubernetesCore

/// `fairlead why`.
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Tell why a run or a training job failed, or what it waits for.",
        discussion: """
            The first cause is told, down through nested runs, or the pod of a job that failed first, with the end of
            its log and what to do.

            Examples:
              fairlead why flights-first
              fairlead why bert
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: ArgumentHelp("The run or the training job.", valueName: "run|job"))
    var name: String

    func run() async throws {
        let name = name
        try await cluster.connect { cluster in
            let investigator = Investigator(cluster: cluster)
            let findings: [RunFinding]
            switch try await cluster.workload(name) {
            case .job(let job): return try Output.lines(try await investigator.why(job, now: Date()).lines())
            case .run(let run): findings = try await investigator.findings(run.metadata.name)
            }
            try Output.lines(WhyStory(findings: findings, now: Date(), commandLine: cluster.commandLine).lines())
        }
    }
}
