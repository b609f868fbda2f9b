import ArgumentParser
import FairleadAPI

/// `fairlead approve`.
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Decide about a task, or a model's promotion, that waits for a person.",
        discussion: """
            Without a task it tells which ones wait. With kubectl: kubectl patch pipelinerun churn-7x2 --type merge \
            -p '{"spec": {"approvals": {"ok": "Approved"}}}'.

            Examples:
              fairlead approve churn-7x2 ok
              fairlead approve churn-7x2 ok --reject
              fairlead approve model/churn
              fairlead approve model/churn production --reject
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: ArgumentHelp("The run's name, or model/ and that of a model.", valueName: "run|model/name"))
    var run: String

    @Argument(help: ArgumentHelp("The task, or the alias that the version would get.", valueName: "task|alias"))
    var task: String?

    @Flag(help: "Reject it: the task fails, the version is no longer promoted.")
    var reject = false

    func run() async throws {
        let (name, task) = (run, task)
        let decision: ApprovalDecision = reject ? .rejected : .approved
        try await cluster.connect { cluster in
            if let model = ModelApproval.model(name) {
                let approval = ModelApproval(cluster: cluster)
                return try Output.line(try await approval.decide(model: model, alias: task, decision))
            }
            try Output.line(try await RunControl(cluster: cluster).decide(run: name, task: task, decision))
        }
    }
}
