import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization

/// Reads metrics from the logs of jobs' leaders: every ten seconds while one runs, less often where it tells nothing, and
/// a last time when it has ended.
///
/// A pod's log is asked for from where the last answer ended, never as a whole.
final class LeaderLogReader: Sendable {
    private struct Entry {
        var log: ProgressLog
        /// When it is read next.
        var due: Duration
        var interval: Duration
        /// How often the last reading failed.
        var failures = 0
        /// Whether it was read to its end.
        var isRead = false
        /// Whether what was read stands in the status, or nothing more will.
        var isDone = false
    }

    /// The keys of leaders' pods.
    let queue: WorkQueue<ObjectKey>
    private let client: Client
    private let jobs: Store<TrainingJob>
    private let pods: Store<PodView>
    private let writer: ProgressWriter
    private let logger: Logger
    private let clock: any RuntimeClock
    /// Told of a job whose leader's log was read to its end.
    private let wake: @Sendable (ObjectKey) -> Void
    /// By the pod's UID.
    private let entries = Mutex<[String: Entry]>([:])

    /// The container whose log is read.
    private static let container = "main"
    private static let first = Duration.seconds(2)
    private static let shortest = Duration.seconds(10)
    private static let longest = Duration.seconds(60)
    private static let patience = Duration.seconds(5)
    private static let attempts = 2

    init(
        client: Client, jobs: Store<TrainingJob>, pods: Store<PodView>, writer: ProgressWriter, logger: Logger,
        clock: any RuntimeClock, wake: @escaping @Sendable (ObjectKey) -> Void
    ) {
        self.client = client
        self.jobs = jobs
        self.pods = pods
        self.writer = writer
        self.logger = logger
        self.clock = clock
        self.wake = wake
        queue = WorkQueue(clock: clock)
    }

    /// Follows the pods that lead.
    func subscribe() {
        pods.subscribe { [self] change, source in
            guard Self.leads(change.object) else { return }
            if change.isDeletion {
                entries.withLock { $0[change.object.metadata.uid] = nil }
            } else if Self.state(of: change.object)?.waiting == nil {
                queue.add(change.key, priority: source.priority)
            }
        }
    }

    /// Whether the log of a leader that has ended was read a last time, or could not be.
    func hasReadLog(_ uid: String) -> Bool { entries.withLock { $0[uid]?.isDone == true } }

    private static func leads(_ pod: PodView) -> Bool {
        pod.metadata.labels[FairleadLabel.trainingJob] != nil
            && pod.metadata.labels["training.kubeflow.org/job-role"] == "master"
    }

    private static func state(of pod: PodView) -> ContainerState? {
        pod.status.containerStatuses?.first { $0.name == container }?.state
    }

    /// Reads a pod's log where that is due.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let pod = pods[key], let name = pod.metadata.labels[FairleadLabel.trainingJob],
            let job = jobs[ObjectKey(namespace: key.namespace, name: name)],
            pod.metadata.controller?.uid == job.metadata.uid, let state = Self.state(of: pod),
            state.running != nil || state.terminated != nil
        else { return .onChange }
        let uid = pod.metadata.uid
        let now = clock.elapsed
        let isOver = state.terminated != nil
        let entry: Entry = entries.withLock { entries in
            if let known = entries[uid] { return known }
            let log = ProgressLog(pattern: job.spec.value?.progress?.pattern.flatMap { try? ProgressPattern($0) })
            var entry = Entry(log: log, due: now + Self.first, interval: Self.shortest)
            // The end of a job that was told already.
            entry.isDone = job.status.phase?.isTerminal == true
            entries[uid] = entry
            return entry
        }
        if entry.isRead || entry.isDone { return .onChange }
        if isOver { return await finish(pod, job, entry) }
        if entry.due > now { return .after(entry.due - now) }
        return await poll(pod, job, entry)
    }

    private func poll(_ pod: PodView, _ job: TrainingJob, _ entry: Entry) async -> Requeue {
        var entry = entry
        do {
            let reading = try await read(pod, &entry.log)
            writer.take(reading, of: job)
            entry.interval = reading.isEmpty ? min(entry.interval * 2, Self.longest) : Self.shortest
        } catch {
            logger.debug("a leader's log was not read", metadata: ["pod": "\(pod.key)", "error": "\(error)"])
            entry.interval = min(entry.interval * 2, Self.longest)
        }
        // A fifth more or less, so that jobs of one minute are not read at one second.
        let wait = entry.interval * Double.random(in: 0.8...1.2)
        entry.due = clock.elapsed + wait
        keep(entry, pod.metadata.uid)
        return .after(wait)
    }

    private func finish(_ pod: PodView, _ job: TrainingJob, _ entry: Entry) async -> Requeue {
        var entry = entry
        do {
            let reading = try await read(pod, &entry.log)
            writer.finish(reading, of: job) { [self] in end(pod, job) }
            entry.isRead = true
            keep(entry, pod.metadata.uid)
        } catch {
            entry.failures += 1
            if entry.failures < Self.attempts, (error as? APIError)?.isNotFound != true {
                keep(entry, pod.metadata.uid)
                return .after(.milliseconds(500))
            }
            logger.info("a leader's last log was not read", metadata: ["pod": "\(pod.key)", "error": "\(error)"])
            end(pod, job)
        }
        return .onChange
    }

    /// Lets the job's end go on.
    private func end(_ pod: PodView, _ job: TrainingJob) {
        entries.withLock { $0[pod.metadata.uid]?.isDone = true }
        wake(job.key)
    }

    private func keep(_ entry: Entry, _ uid: String) {
        // A pod that went meanwhile is not kept.
        entries.withLock { entries in
            if entries[uid] != nil { entries[uid] = entry }
        }
    }

    private func read(_ pod: PodView, _ log: inout ProgressLog) async throws -> MetricReading {
        var query = LogQuery(
            container: Self.container, tailLines: ProgressLog.Limit.lines,
            sinceTime: log.readUpTo.map { Time($0.date) },
            timestamps: true, limitBytes: ProgressLog.Limit.bytes)
        var bytes = try await client.logs(pod.key, query, within: Self.patience, clock: clock)
        if bytes.count >= ProgressLog.Limit.bytes {
            // The answer was cut at its end, where the newest lines are.
            query.tailLines = ProgressLog.Limit.fewLines
            bytes = try await client.logs(pod.key, query, within: Self.patience, clock: clock)
        }
        return log.read(bytes)
    }
}
