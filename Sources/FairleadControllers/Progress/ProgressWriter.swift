import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import Synchronization

/// Writes jobs' metrics into their statuses: at once where nothing was written lately, else together with what comes
/// within two seconds.
///
/// Guarantees: the last value of a metric that was taken is written, also after failures, unless the job is gone; nothing
/// but `status.metrics` and `status.metricsTime` is, and only of the very job that was meant.
final class ProgressWriter: Sendable {
    private struct Entry {
        var uid: String
        /// What is not written yet.
        var pending: MetricReading?
        /// The metrics as they stood when the oldest of that was taken.
        var baseline: [String: JSONValue] = [:]
        /// The metrics as this process wrote them last.
        var written: [String: JSONValue] = [:]
        var wroteAt: Duration?
        /// Called when all that was taken is written; until then nothing waits for more.
        var completions: [@Sendable () -> Void] = []
    }

    /// The keys of jobs with something to write.
    let queue: WorkQueue<ObjectKey>
    private let client: Client
    private let jobs: Store<TrainingJob>
    private let clock: any RuntimeClock
    private let entries = Mutex<[ObjectKey: Entry]>([:])

    /// How long a job's metrics wait for more after they were written.
    private static let interval = Duration.seconds(2)

    init(client: Client, jobs: Store<TrainingJob>, clock: any RuntimeClock) {
        self.client = client
        self.jobs = jobs
        self.clock = clock
        queue = WorkQueue(clock: clock)
    }

    /// Forgets jobs that are gone.
    func subscribe() {
        jobs.subscribe { [self] change, _ in
            guard change.isDeletion else { return }
            entries.withLock { entries in
                if entries[change.key]?.uid == change.object.metadata.uid { entries[change.key] = nil }
            }
        }
    }

    /// Takes a job's metrics.
    func take(_ reading: MetricReading, of job: TrainingJob) {
        if reading.isEmpty { return }
        put(reading, of: job)
        queue.add(job.key)
    }

    /// Takes a job's last metrics, to be written without delay.
    ///
    /// - Parameter completion: Called when they are written, or the job is gone.
    func finish(_ reading: MetricReading, of job: TrainingJob, _ completion: @escaping @Sendable () -> Void) {
        put(reading, of: job, completion)
        queue.add(job.key)
    }

    /// Writes everything that waits, as far as that is possible at the end of the process.
    func flush() async {
        for key in entries.withLock({ entries in entries.keys.filter { entries[$0]?.pending != nil } }) {
            _ = try? await write(key)
        }
    }

    /// Writes what waits for a job, or says when.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        let now = clock.elapsed
        let wait: Duration? = entries.withLock { entries in
            guard let entry = entries[key], entry.completions.isEmpty, let wroteAt = entry.wroteAt,
                wroteAt + Self.interval > now
            else { return nil }
            return wroteAt + Self.interval - now
        }
        if let wait { return .after(wait) }
        return try await write(key) ? .after(Self.interval) : .onChange
    }

    private func put(
        _ reading: MetricReading, of job: TrainingJob, _ completion: (@Sendable () -> Void)? = nil
    ) {
        entries.withLock { entries in
            var entry = entries[job.key] ?? Entry(uid: job.metadata.uid)
            if entry.uid != job.metadata.uid { entry = Entry(uid: job.metadata.uid) }
            if entry.pending == nil { entry.baseline = job.status.metrics }
            var pending = entry.pending ?? MetricReading()
            pending.merge(reading)
            entry.pending = pending
            if let completion { entry.completions.append(completion) }
            entries[job.key] = entry
        }
    }

    /// Whether anything was written.
    private func write(_ key: ObjectKey) async throws -> Bool {
        let now = clock.elapsed
        let taken: Entry? = entries.withLock { entries in
            guard let entry = entries[key] else { return nil }
            guard entry.pending != nil else {
                // Nothing came for a while.
                entries[key] = nil
                return nil
            }
            entries[key]?.pending = nil
            entries[key]?.completions = []
            entries[key]?.wroteAt = now
            return entry
        }
        guard let taken, let pending = taken.pending else { return false }
        do {
            let isWritten = try await write(pending, taken, key)
            for completion in taken.completions { completion() }
            return isWritten
        } catch {
            putBack(taken, key)
            throw error
        }
    }

    private func write(_ pending: MetricReading, _ taken: Entry, _ key: ObjectKey) async throws -> Bool {
        let current = jobs[key].flatMap { $0.metadata.uid == taken.uid ? $0.status.metrics : nil } ?? [:]
        // What another replica wrote since then is newer.
        let newest = pending.filter { current[$0] == taken.baseline[$0] || current[$0] == taken.written[$0] }
        let metrics = JobProgress.patch(newest, over: current)
        guard metrics != .object([:]) else { return false }
        // Of a patch on a status only the version is held against the object: the uid is not looked at.
        var metadata = ObjectMeta(name: key.name, namespace: key.namespace, uid: taken.uid)
        if let job = jobs[key], job.metadata.uid == taken.uid { metadata = job.metadata }
        do {
            try await client.patchStatus(
                .trainingJob, metadata,
                ["metrics": metrics, "metricsTime": .string(Time(clock.now).description)])
            entries.withLock { entries in
                for (name, value) in metrics.objectValue ?? [:] { entries[key]?.written[name] = value }
            }
            return true
        } catch let error as APIError where error.isNotFound || error.isConflict {
            // The server gives up where too many write at once.
            if error.isConflict, jobs[key]?.metadata.uid == taken.uid { throw error }
            // Gone, or another job of that name.
            entries.withLock { entries in
                if entries[key]?.uid == taken.uid { entries[key] = nil }
            }
            return false
        }
    }

    /// Keeps what was not written, below what came since.
    private func putBack(_ taken: Entry, _ key: ObjectKey) {
        guard var pending = taken.pending else { return }
        entries.withLock { entries in
            var entry = entries[key] ?? Entry(uid: taken.uid)
            guard entry.uid == taken.uid else { return }
            if let newer = entry.pending { pending.merge(newer) }
            entry.pending = pending
            entry.baseline = taken.baseline
            entry.completions += taken.completions
            entry.wroteAt = nil
            entries[key] = entry
        }
    }
}
