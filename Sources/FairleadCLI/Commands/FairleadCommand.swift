import ArgumentParser

/// `fairlead`: the root of all commands.
struct FairleadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fairlead",
        abstract: "Machine-learning pipelines on Kubernetes, and on a small Kubernetes of its own.",
        discussion: """
            Start a cluster on this machine, then run a pipeline on it from another terminal:

              fairlead local
              fairlead run manifests/examples/hello.yaml --watch

            The same files and commands work on any cluster that has Fairlead's controller.
            """,
        version: FairleadVersion.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Running",
                subcommands: [
                    RunCommand.self, RerunCommand.self, ApproveCommand.self, StopCommand.self, SuspendCommand.self,
                    ResumeCommand.self, BackfillCommand.self,
                ]),
            CommandGroup(
                name: "Looking",
                subcommands: [
                    StatusCommand.self, ListCommand.self, LogsCommand.self, WhyCommand.self, CompareCommand.self,
                    GraphCommand.self, LineageCommand.self, ValidateCommand.self,
                ]),
            CommandGroup(
                name: "Serving",
                subcommands: [
                    LocalCommand.self, ControllerCommand.self, RouterCommand.self, DefinitionsCommand.self,
                    ManifestsCommand.self, UninstallCommand.self,
                ]),
            CommandGroup(
                name: "Other",
                subcommands: [VersionCommand.self, ShimCommand.self, ArtifactsCommand.self, NotifyCommand.self]),
        ])
}

/// The version of this program.
enum FairleadVersion {
    static let text = "0.1.0"
}
