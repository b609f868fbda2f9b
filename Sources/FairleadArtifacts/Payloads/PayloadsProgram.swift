import Foundation
import KubernetesCore
import PrometheusMetrics
import Synchronization

/// Collects the payloads of a service's requests, and keeps them in a store: the pod `payloads` of a service.
public enum PayloadsProgram {
    /// The variables with the pod's name, and with its address.
    static let podVariable = "FAIRLEAD_POD"
    static let addressVariable = "FAIRLEAD_POD_IP"

    /// Does what the environment's plan says until the pod is to end, and returns the exit code: 0 where all is stored.
    ///
    /// - Parameter termination: Comes when the pod is to end.
    public static func run(until termination: TerminationSignal) async -> Int32 {
        await run(.process, until: termination)
    }

    static func run(
        _ context: ProgramContext, until termination: TerminationSignal,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) async -> Int32 {
        do {
            let plan = try PlanReader.read(PayloadsPlan.self, context.environment)
            try await Collection(plan, context, termination).run(onListening)
            return 0
        } catch {
            let failure = error as? ArtifactFailure ?? ArtifactFailure(.storeFailed, "\(error)")
            context.say("failed: \(failure.message)")
            var report = TerminationReport()
            report.add(failure, [:])
            report.write(context.environment)
            return failure.reason.exitCode
        }
    }
}

/// One run of ``PayloadsProgram``.
private struct Collection: Sendable {
    /// What is kept back of the grace period.
    private static let reserve = 3.0
    private static let longestWait = Duration.seconds(30)

    private let plan: PayloadsPlan
    private let context: ProgramContext
    private let termination: TerminationSignal
    /// Comes when nothing more is taken.
    private let stop = TerminationSignal()
    private let spool: PayloadSpool
    private let health: PayloadHealth
    private let place: Place
    private let rclone: Rclone

    init(_ plan: PayloadsPlan, _ context: ProgramContext, _ termination: TerminationSignal) throws(ArtifactFailure) {
        self.plan = plan
        self.context = context
        self.termination = termination
        var bounds = PayloadSpool.Bounds()
        if let bytes = plan.fileBytes { bounds.fileBytes = max(1, bytes) }
        if let seconds = plan.fileSeconds { bounds.fileAge = .seconds(max(0.1, seconds)) }
        if let bytes = plan.spoolBytes { bounds.bytes = max(1, bytes) }
        spool = try PayloadSpool(
            folder: plan.spool, pod: context.environment[PayloadsProgram.podVariable] ?? "pod", bounds: bounds,
            say: context.say)
        health = PayloadHealth(hasRest: spool.hasRest)
        place =
            if let path = plan.path { .location(path) } else {
                try PlaceFinder(remotes: plan.remotes ?? []).place(of: plan.uri)
            }
        rclone = context.rclone(stallSeconds: plan.stallSeconds ?? 60)
    }

    private var deadline: ContinuousClock.Instant? {
        termination.raisedAt.map { $0 + .seconds(max(1, (plan.graceSeconds ?? 120) - Self.reserve)) }
    }

    /// Collects until the pod is to end, or until something is wrong that only people can mend: then the container is
    /// started anew, with what its Secrets say by then and what the spool holds.
    func run(_ onListening: @escaping @Sendable (Int) -> Void) async throws {
        let metrics = MetricRegistry()
        health.declare(in: metrics)
        let server = PayloadServer(spool: spool, health: health, metrics: metrics)
        let host = context.environment[PayloadsProgram.addressVariable] ?? "0.0.0.0"
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await server.run(host: host, port: plan.port, until: stop) { port in
                        context.say("collecting at \(host):\(port) for \(PlaceFinder.shown(plan.uri))")
                        onListening(port)
                    }
                } catch {
                    stop.raise()
                    await spool.finish()
                    throw error
                }
                await spool.finish()
            }
            group.addTask {
                while stop.raisedAt == nil { await stop.wait(for: await spool.sealWhatIsDue()) }
            }
            group.addTask {
                // Routers hear of the end no sooner than the pod does.
                await termination.wait()
                await stop.wait(for: .seconds(max(0, plan.lingerSeconds ?? 2)))
                stop.raise()
            }
            group.addTask {
                do {
                    for await name in spool.names { try await keep(name) }
                } catch {
                    stop.raise()
                    throw error
                }
            }
            // The first failure ends all; what was taken stays on disk.
            for try await _ in group {}
        }
    }

    /// Stores a file, however long it takes.
    ///
    /// - Throws: ``ArtifactFailure`` where no further attempt can do better, or the time for it is over.
    private func keep(_ name: String) async throws {
        var wait = Duration.seconds(1)
        while let (file, path) = await spool.begin(name) {
            do {
                try await put(file, path)
                await spool.ended(file, isStored: true)
                health.succeeded()
                context.say("stored \(file.lines) events in \(file.folder)/\(name)")
                return
            } catch {
                await spool.ended(file, isStored: false)
                let failure = error as? ArtifactFailure ?? ArtifactFailure(.storeFailed, "\(error)")
                health.failed(failure.message)
                let isOver = deadline.map { .now + .seconds(1) >= $0 } ?? false
                guard failure.reason.mayPass, !isOver, !Task.isCancelled else {
                    let left = await spool.waiting
                    throw ArtifactFailure(
                        failure.reason, "\(PlaceFinder.shown(plan.uri)): \(failure.message) (\(left) events wait)")
                }
                context.say("\(name): \(failure.message); trying again in \(wait.components.seconds) s")
                if termination.raisedAt == nil {
                    await termination.wait(for: wait)
                } else {
                    try await Task.sleep(for: .seconds(1))
                }
                wait = min(Self.longestWait, wait * 2)
            }
        }
    }

    private func put(_ file: PayloadSpool.File, _ path: String) async throws {
        let folder = place.below(file.folder)
        guard plan.path != nil, case .location(let target) = folder else {
            return try await rclone.copy(
                file.name, from: .location(path), to: folder.below(file.name), until: deadline)
        }
        // Nobody ever finds half a file there.
        let manager = FileManager.default
        let part = "\(target)/.\(file.name).part"
        do {
            try manager.createDirectory(atPath: target, withIntermediateDirectories: true)
            try? manager.removeItem(atPath: part)
            try manager.copyItem(atPath: path, toPath: part)
            guard rename(part, "\(target)/\(file.name)") == 0 else {
                throw ArtifactFailure(.storeFailed, String(cString: strerror(errno)))
            }
        } catch let error where !(error is ArtifactFailure) {
            throw ArtifactFailure(.storeFailed, "\(target) can't be written: \(error.localizedDescription)")
        }
    }
}
