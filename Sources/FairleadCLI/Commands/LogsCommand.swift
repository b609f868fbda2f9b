import ArgumentParser

/// `fairlead logs`.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print what the tasks of a run wrote.",
        discussion: """
            Of each task, and of each item of a mapped one, the newest attempt is shown; each line begins
            with the task's name unless one task or item is named. A nested run has its own name, which
            fairlead status tells.

            Examples:
              fairlead logs flights-first
              fairlead logs flights-first train-boosting -f
              fairlead logs per-country 'train[7]' --previous
              fairlead logs flights-first ingest --container packages
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: "The run's name.")
    var run: String

    @Argument(help: ArgumentHelp("The task, or one of its items; all where it is left out.", valueName: "task|task[7]"))
    var task: String?

    @Flag(name: .shortAndLong, help: "Go on as they write, and wait for what has not begun, to the run's end.")
    var follow = false

    @Flag(help: "The attempt before the newest.")
    var previous = false

    @Option(help: ArgumentHelp("The pod's container: main, or packages where some are installed.", valueName: "name"))
    var container = "main"

    func validate() throws {
        if follow, previous { throw ValidationError("--follow and --previous exclude each other.") }
    }

    func run() async throws {
        let (name, container, isPrevious, isFollowed) = (run, container, previous, follow)
        let address = try task.map { text in try TaskAddress(text) }
        guard isFollowed else {
            try await cluster.connect { cluster in
                let run = try await cluster.run(name)
                try LogReader.check(address, run)
                let reader = LogReader(cluster: cluster, run: run, container: container, isPrevious: isPrevious)
                try await reader.print(address)
            }
            return
        }
        _ = try await cluster.connectInterruptibly { cluster in
            let run = try await cluster.run(name)
            try LogReader.check(address, run)
            let width = LogReader.nameWidth(address, run)
            let printer = LogPrinter(client: cluster.client, container: container, nameWidth: width)
            try await LogFollower(cluster: cluster, run: name, address: address, printer: printer).follow()
        }
    }
}
