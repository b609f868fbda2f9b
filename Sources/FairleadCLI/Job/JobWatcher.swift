import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore
import Synchronization

/// Shows a training job as it goes on, to its end.
struct JobWatcher: Sendable {
    let cluster: Cluster
    let key: ObjectKey
    let terminal: Terminal

    private enum Happening: Sendable {
        case end(TrainingJob)
        case none
    }

    /// Shows the job until it is finished, then its results or why it did not succeed.
    ///
    /// - Returns: The phase in which it ended.
    /// - Throws: ``CommandError`` where the job is deleted meanwhile.
    static func watch(_ cluster: Cluster, _ key: ObjectKey) async throws -> TrainingJobStatus.Phase? {
        let job = try await JobWatcher(cluster: cluster, key: key, terminal: .current()).watch()
        try Output.lines(JobStory(job: job, now: Date()).ending())
        return job.status.phase
    }

    private func watch() async throws -> TrainingJob {
        let display = JobDisplay(terminal: terminal)
        return try await withThrowingTaskGroup(of: Happening.self) { group in
            group.addTask { .end(try await follow(display)) }
            if terminal.isInteractive {
                group.addTask {
                    while true {
                        try await Task.sleep(for: .seconds(1))
                        try display.tick(now: Date())
                    }
                }
            }
            defer { group.cancelAll() }
            while let happening = try await group.next() {
                if case .end(let job) = happening { return job }
            }
            throw CancellationError()
        }
    }

    private func follow(_ display: JobDisplay) async throws -> TrainingJob {
        let last = LastValue<TrainingJob>()
        let gone = CommandError(.notFound, "training job \"\(key.name)\" was deleted")
        try await Self.follower(cluster, key).follow { event in
            guard case .present(let job) = event else { throw gone }
            try display.show(job, now: Date())
            guard job.status.phase?.isTerminal == true else { return .goOn }
            last.set(job)
            return .stop
        }
        guard let job = last.value else { throw gone }
        return job
    }

    /// Follows one job.
    static func follower(_ cluster: Cluster, _ key: ObjectKey) -> ResourceFollower<TrainingJob> {
        ResourceFollower(
            client: cluster.client, namespace: key.namespace ?? cluster.namespace,
            fieldSelector: "metadata.name=\(key.name)"
        ) { error in
            Output.note("\(ErrorMessage.text(for: error)); trying again")
        }
    }
}

/// Draws a job: in place on a terminal, as lines elsewhere.
private final class JobDisplay: Sendable {
    private struct State {
        var job: TrainingJob?
        var progress = JobProgressLines()
        var frame = LiveFrame()
    }

    private let terminal: Terminal
    private let state = Mutex(State())

    init(terminal: Terminal) { self.terminal = terminal }

    func show(_ job: TrainingJob, now: Date) throws {
        let text = state.withLock { state in
            state.job = job
            guard terminal.isInteractive else {
                return state.progress.lines(job, now: now).map { $0 + "\n" }.joined()
            }
            return draw(&state, now: now)
        }
        if !text.isEmpty { try Output.write(text) }
    }

    func tick(now: Date) throws {
        let text = state.withLock { state in
            state.job?.status.phase?.isTerminal == false ? draw(&state, now: now) : ""
        }
        if !text.isEmpty { try Output.write(text) }
    }

    private func draw(_ state: inout State, now: Date) -> String {
        guard let job = state.job else { return "" }
        let size = Terminal.current()
        let lines = JobStory(job: job, now: now).lines().prefix(max(3, size.height - 1)).map { StyledLine($0) }
        return state.frame.text(lines, width: size.width, hasColor: terminal.hasColor)
    }
}
