import ArgumentParser
import FairleadAPI
import Foundation
import KubernetesCore

/// `fairlead backfill`.
struct BackfillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill", abstract: "Run a trigger's past slots.",
        discussion: """
            Each slot of the schedule between two days, or two times, gets a run of the trigger's template, as if the slot \
            had just come; the trigger itself goes on, and its concurrencyPolicy and history limits say nothing about these \
            runs. A run's name comes from its slot: the same command again goes on where it was interrupted, and runs \
            nothing twice. The exit code is 0 if all runs succeeded.

            Examples:
              fairlead backfill nightly --from 2026-01-01 --to 2026-01-31 --dry-run
              fairlead backfill nightly --from 2026-01-01 --to 2026-01-31 --parallel 8
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: "The trigger's name.")
    var trigger: String

    @Option(help: ArgumentHelp("The first day in the schedule's time zone, or an RFC 3339 time.", valueName: "day"))
    var from: String

    @Option(help: ArgumentHelp("The last day, which is run too, or a time.", valueName: "day"))
    var to: String

    @Option(help: ArgumentHelp("How many runs go on at the same time.", valueName: "count"))
    var parallel = 4

    @Flag(help: "Only show what would be run.")
    var dryRun = false

    func validate() throws {
        guard (1...100).contains(parallel) else { throw ValidationError("--parallel takes 1 to 100") }
    }

    func run() async throws {
        let (name, from, to, parallel, isDry) = (trigger, from, to, parallel, dryRun)
        let isSuccess = try await cluster.connectInterruptibly { cluster in
            let trigger = try await cluster.find(
                Trigger.self, name, word: "trigger", list: cluster.commandLine("kubectl get triggers"))
            let plan = try BackfillPlan(trigger, from: from, to: to, now: Time(Date()))
            if isDry {
                try Output.lines(plan.lines())
                return true
            }
            let backfiller = Backfiller(cluster: cluster, trigger: trigger, parallel: parallel) { try Output.line($0) }
            return Self.tell(try await backfiller.run(plan), of: plan, cluster)
        }
        if isSuccess == nil { Output.note("interrupted: what runs goes on, and the same command takes up the rest") }
        if isSuccess != true { throw ExitCode.failure }
    }

    private static func tell(
        _ failures: [(name: String, why: String)], of plan: BackfillPlan, _ cluster: Cluster
    ) -> Bool {
        for failure in failures { Output.note("\(failure.name): \(failure.why)") }
        guard let first = failures.first, let item = plan.items.first else { return true }
        Output.note(
            "\(failures.count) of \(plan.items.count) runs did not succeed; to run one anew, delete it and give the same "
                + "command again: \(cluster.commandLine("kubectl delete \(item.type.gvk.kind.lowercased()) \(first.name)"))"
        )
        return false
    }
}
