import Foundation
import KubernetesCore

/// The native sidecar `store`: saves checkpoints while the pod's program runs, and its artifacts when it has ended.
public enum StoreProgram {
    /// What is kept back of the grace period, to say how it went.
    private static let reserve = 3.0

    /// Does what the environment's plan says, and returns the exit code: 0 where every artifact is stored.
    ///
    /// - Parameters:
    ///   - termination: Comes when the pod's program has ended.
    ///   - log: Gives the program's log, where it is to be kept.
    public static func run(until termination: TerminationSignal, log: @escaping ProgramLog) async -> Int32 {
        await run(.process, until: termination, log: log)
    }

    static func run(
        _ context: ProgramContext, until termination: TerminationSignal, log: @escaping ProgramLog = { _ in }
    ) async -> Int32 {
        let plan: StorePlan
        do throws(ArtifactFailure) {
            plan = try PlanReader.read(StorePlan.self, context.environment)
        } catch {
            context.say("failed: \(error.message)")
            var report = TerminationReport()
            report.add(error, [:])
            report.write(context.environment)
            // It would be started again at once: there is nothing else to do until the end.
            await termination.wait()
            return error.reason.exitCode
        }
        let grace = max(1, plan.graceSeconds ?? 30)
        let time = Duration.seconds(max(grace / 2, grace - reserve))
        let store = Store(plan: plan, context: context, termination: termination, time: time)
        async let checkpoints: Void = store.keepCheckpoints()
        await termination.wait()
        async let kept = store.keep(log)
        let lines = await store.storeArtifacts()
        // Where a message is too long its first lines go: an artifact's counts more than the log's.
        if let line = await kept { Store.report(lines, after: line).write(context.environment) }
        await checkpoints
        return lines.allSatisfy { $0.failure == nil } ? 0 : 1
    }
}

/// One run of ``StoreProgram``.
private struct Store: Sendable {
    /// How many artifacts are stored at the same time.
    private static let width = 3
    /// How often a save is tried again at once, where the folder changed under it.
    private static let changes = 3

    private let plan: StorePlan
    private let context: ProgramContext
    private let termination: TerminationSignal
    /// How long everything may take once the end has come.
    private let time: Duration
    private let rclone: Rclone
    private let finder: PlaceFinder

    init(plan: StorePlan, context: ProgramContext, termination: TerminationSignal, time: Duration) {
        self.plan = plan
        self.context = context
        self.termination = termination
        self.time = time
        rclone = context.rclone(stallSeconds: plan.stallSeconds)
        finder = PlaceFinder(remotes: plan.remotes ?? [])
    }

    private var deadline: ContinuousClock.Instant? { termination.raisedAt.map { $0 + time } }

    // MARK: Artifacts

    typealias Line = (place: Int, line: JSONValue, failure: ArtifactFailure?)

    /// Stores all artifacts, and returns how that went.
    ///
    /// What is known is written down as soon as it is.
    func storeArtifacts() async -> [Line] {
        let artifacts = plan.artifacts ?? []
        var lines: [Line] = []
        await withTaskGroup(of: Line.self) { group in
            var rest = Array(artifacts.enumerated())[...]
            func begin() {
                guard let (place, artifact) = rest.popFirst() else { return }
                group.addTask { await self.line(of: artifact, at: place) }
            }
            for _ in 0..<Self.width { begin() }
            for await line in group {
                lines.append(line)
                Self.report(lines).write(context.environment)
                begin()
            }
        }
        return lines
    }

    static func report(_ lines: [Line], after first: JSONValue? = nil) -> TerminationReport {
        var report = TerminationReport()
        if let first { report.add(first) }
        for (_, line, failure) in lines.sorted(by: { $0.place < $1.place }) {
            guard let failure else {
                report.add(line)
                continue
            }
            // What the store did is the platform's matter, unless it is one of those that a person has to see to.
            report.add(failure, reason: failure.reason.mayPass ? "ArtifactStoreFailed" : nil, line)
        }
        return report
    }

    private func line(of artifact: StorePlan.Artifact, at place: Int) async -> Line {
        var line: JSONValue = ["artifact": .string(artifact.name)]
        do {
            let content = try await store(artifact)
            line["uri"] = .string(artifact.uri)
            line["size"] = .integer(content.size)
            line["digest"] = .string(content.text)
            return (place, line, nil)
        } catch {
            let failure =
                error as? ArtifactFailure ?? ArtifactFailure(.storeFailed, "artifact \(artifact.name): \(error)")
            context.say("failed: \(failure.message)")
            return (place, line, failure)
        }
    }

    private func store(_ artifact: StorePlan.Artifact) async throws -> ContentDigest {
        let named = "artifact \(artifact.name): \(PlaceFinder.shown(artifact.uri))"
        let tree: FileTree?
        do {
            tree = try FileTree(at: artifact.path)
        } catch {
            throw ArtifactFailure(error.reason, "artifact \(artifact.name): \(error.message)")
        }
        guard let tree else {
            throw ArtifactFailure(
                .artifactMissing, "artifact \(artifact.name) is missing: the program did not write \(artifact.path)")
        }
        guard !tree.files.isEmpty else {
            throw ArtifactFailure(
                .artifactMissing, "artifact \(artifact.name) is empty: the folder \(artifact.path) has no file in it")
        }
        let content = try ContentDigest(of: tree)
        guard artifact.inPlace != true else { return content }
        let target = try finder.place(of: artifact.uri)
        let begin = ContinuousClock.now
        do {
            try await Attempts(deadline: deadline, say: context.say).run(named) {
                try await rclone.copy(
                    "artifact \(artifact.name)", from: .location(artifact.path), to: target, until: deadline)
            }
        } catch let failure as ArtifactFailure where deadline.map({ .now >= $0 - .seconds(1) }) == true {
            throw ArtifactFailure(
                failure.reason,
                "\(failure.message) (within the pod's termination grace period of \(Int(plan.graceSeconds ?? 30)) s)")
        }
        let seconds = (ContinuousClock.now - begin).components.seconds
        context.say("\(named): \(ByteCount.text(content.size)) in \(seconds) s")
        return content
    }

    // MARK: The log

    /// Keeps the program's log, and returns the line that says so, or why it could not; nil where nobody wants it.
    func keep(_ log: @escaping ProgramLog) async -> JSONValue? {
        guard let wanted = plan.log else { return nil }
        var line: JSONValue = ["log": .string(PlaceFinder.shown(wanted.uri))]
        let path = wanted.path ?? "\(NSTemporaryDirectory())/\(UUID().uuidString).log"
        do {
            let place = wanted.path == nil ? try finder.place(of: wanted.uri) : nil
            let file = LogFile(path: path)
            try await Attempts(limit: 3, deadline: deadline, say: context.say).run("log") {
                try await file.write(log, within: LogFile.patience)
            }
            if let place {
                try await Attempts(deadline: deadline, say: context.say).run("log") {
                    try await rclone.copy("log", from: .location(path), to: place, until: deadline)
                }
                try? FileManager.default.removeItem(atPath: path)
            }
            line["size"] = .integer(file.size)
        } catch {
            let message = "\((error as? ArtifactFailure)?.message ?? "\(error)")"
            context.say("failed: the log was not kept: \(message)")
            line["error"] = .string(String(message.prefix(300)))
        }
        return line
    }

    // MARK: Checkpoints

    /// Saves the checkpoint's folder again and again, and a last time when the program has ended.
    func keepCheckpoints() async {
        guard let checkpoint = plan.checkpoint else { return }
        let what = "checkpoint \(PlaceFinder.shown(checkpoint.uri))"
        let place: Place
        do {
            place = try finder.place(of: checkpoint.uri)
        } catch {
            context.say("failed: \(what): \(error.message)")
            return
        }
        var known: FileTree?
        var isLast = false
        while !isLast, !Task.isCancelled {
            await termination.wait(for: .seconds(max(1, checkpoint.every ?? 300)))
            isLast = termination.raisedAt != nil
            for attempt in 1...Self.changes {
                let store = CheckpointStore(
                    place: place, uri: checkpoint.uri, rclone: rclone,
                    attempts: Attempts(limit: isLast ? nil : 3, deadline: deadline, say: context.say))
                do {
                    known = try await store.save(
                        checkpoint.path, keep: max(1, checkpoint.keep ?? 2), known: known, until: deadline)
                    break
                } catch is CheckpointStore.Changing {
                    // A program that writes at this moment is soon done with it.
                    context.say("\(what): the folder changed while it was saved (\(attempt) of \(Self.changes))")
                    await termination.wait(for: .seconds(2))
                } catch {
                    context.say("\(what): not saved: \(error)")
                    break
                }
            }
        }
    }
}
