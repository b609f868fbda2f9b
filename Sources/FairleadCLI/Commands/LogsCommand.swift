import ArgumentParser
import FairleadAPI
import KubernetesClient
import KubernetesCore

/// `fairlead logs`.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print what the tasks of a run wrote.",
        discussion: """
            Of each task the newest attempt is shown, and each line begins with the task's name unless one is named.

            Examples:
              fairlead logs flights-first
              fairlead logs flights-first train-boosting -f
              fairlead logs flights-first ingest --container packages
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: "The run's name.")
    var run: String

    @Argument(help: "The task's name; all tasks where it is left out.")
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
        let (name, task, container, isPrevious) = (run, task, container, previous)
        guard follow else {
            try await cluster.connect { cluster in
                let run = try await cluster.run(name)
                try Self.check(task, run)
                try await Self.print(cluster, run, task, container: container, isPrevious: isPrevious)
            }
            return
        }
        _ = try await cluster.connectInterruptibly { cluster in
            let run = try await cluster.run(name)
            try Self.check(task, run)
            let width = run.status.tasks.map(\.name.count).max() ?? 0
            let printer = LogPrinter(
                client: cluster.client, container: container, nameWidth: task == nil ? width : nil)
            try await LogFollower(cluster: cluster, run: name, task: task, printer: printer).follow()
        }
    }

    /// Whether the run has that task; one that has not started does not say which it has.
    private static func check(_ task: String?, _ run: PipelineRun) throws {
        let names = run.status.tasks.map(\.name)
        guard let task, !names.isEmpty, !names.contains(task) else { return }
        let suggestion = NearestName.suggestion(task, among: names)
        let known = suggestion.isEmpty ? "; it has \(names.prefix(20).joined(separator: ", "))" : suggestion
        throw CommandError(.notFound, "run \"\(run.metadata.name)\" has no task \"\(task)\"\(known)")
    }

    private static func print(
        _ cluster: Cluster, _ run: PipelineRun, _ task: String?, container: String, isPrevious: Bool
    ) async throws {
        let name = run.metadata.name
        let pods = try await cluster.client.listAll(
            PodView.self, namespace: cluster.namespace,
            ListQuery(labelSelector: LogSelection.selector(run: name, task: task)))
        let selection = LogSelection(pods: pods.items)
        let tasks = task.map { [$0] } ?? run.status.tasks.map(\.name)
        guard !tasks.isEmpty else {
            throw CommandError(
                .conflict, "run \"\(name)\" has not started (\(run.status.message ?? "Pending")); -f waits for it")
        }
        let width = tasks.map(\.count).max() ?? 0
        let printer = LogPrinter(client: cluster.client, container: container, nameWidth: task == nil ? width : nil)
        for current in tasks {
            let pod = isPrevious ? selection.previous(current) : selection.newest(current)
            if let pod, LogSelection.hasBegun(pod, container: container) {
                try await printer.print(pod, follow: false)
                continue
            }
            let phase = run.status.tasks.first { $0.name == current }?.phase.rawValue ?? "Pending"
            let reason = Self.absence(pod, container: container, isPrevious: isPrevious, phase: phase)
            // Alone it is the whole answer; among others a side note.
            if task != nil { throw CommandError(.notFound, "task \"\(current)\" \(reason)") }
            if !isPrevious { Output.note("\(current): \(reason)") }
        }
    }

    private static func absence(_ pod: PodView?, container: String, isPrevious: Bool, phase: String) -> String {
        if isPrevious { return "has had one attempt" }
        guard let pod else { return "has no pod (\(phase))" }
        let containers = (pod.status.initContainerStatuses ?? []) + (pod.status.containerStatuses ?? [])
        let names = containers.map(\.name)
        if !names.isEmpty, !names.contains(container) {
            return "has no container \"\(container)\", but \(names.joined(separator: ", "))"
        }
        return "has not begun to write (\(phase)); -f waits for it"
    }
}
