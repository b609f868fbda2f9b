import Foundation
import KubernetesCore

/// The init container `fetch`: brings inputs, code and the newest checkpoint before the pod's program starts.
public enum FetchProgram {
    /// How many copies go on at the same time.
    private static let width = 4

    /// Does what the environment's plan says, and returns the exit code: 0 where all is there.
    ///
    /// - Parameter termination: Comes when the pod is not wanted any more.
    public static func run(until termination: TerminationSignal) async -> Int32 {
        await termination.cancelling { await run(.process) }
    }

    static func run(_ context: ProgramContext) async -> Int32 {
        var report = TerminationReport()
        defer { report.write(context.environment) }
        do throws(Failed) {
            let plan: FetchPlan
            do throws(ArtifactFailure) {
                plan = try PlanReader.read(FetchPlan.self, context.environment)
            } catch {
                throw Failed(failure: error, about: [:])
            }
            for line in try await Fetch(plan: plan, context: context).all(width: width) { report.add(line) }
            return 0
        } catch {
            context.say("failed: \(error.failure.message)")
            report.add(error.failure, error.about)
            return error.failure.reason.exitCode
        }
    }

    /// A failure, and the members of its line that say what it is about.
    struct Failed: Error {
        var failure: ArtifactFailure
        var about: JSONValue
    }
}

/// One run of ``FetchProgram``.
private struct Fetch: Sendable {
    let plan: FetchPlan
    let rclone: Rclone
    let finder: PlaceFinder
    let attempts: Attempts
    let context: ProgramContext

    init(plan: FetchPlan, context: ProgramContext) {
        self.plan = plan
        self.context = context
        rclone = context.rclone(stallSeconds: plan.stallSeconds)
        finder = PlaceFinder(remotes: plan.remotes ?? [])
        attempts = Attempts(limit: max(1, plan.attempts ?? 5), say: context.say)
    }

    /// One thing that is fetched: its name in the report, and how.
    private struct Job: Sendable {
        var about: JSONValue
        var body: @Sendable () async throws -> JSONValue
    }

    /// Fetches everything; the lines come in the plan's order.
    func all(width: Int) async throws(FetchProgram.Failed) -> [JSONValue] {
        let jobs = self.jobs
        let results = await withTaskGroup(of: (Int, Result<JSONValue, FetchProgram.Failed>).self) { group in
            var next = 0
            var results: [Int: Result<JSONValue, FetchProgram.Failed>] = [:]
            func begin() {
                guard jobs.indices.contains(next) else { return }
                let number = next
                next += 1
                group.addTask { (number, await Self.result(of: jobs[number])) }
            }
            for _ in 0..<width { begin() }
            for await (number, result) in group {
                results[number] = result
                if case .failure = result {
                    group.cancelAll()
                } else {
                    begin()
                }
            }
            return results
        }
        // Those that were cancelled failed too; the one that was the reason says more.
        let failures = results.sorted { $0.key < $1.key }.compactMap { entry -> FetchProgram.Failed? in
            if case .failure(let failed) = entry.value { failed } else { nil }
        }
        if let failed = failures.first(where: { $0.failure.message != Self.cancelled }) ?? failures.first {
            throw failed
        }
        return results.sorted { $0.key < $1.key }.compactMap { try? $0.value.get() }
    }

    private static let cancelled = "ended before everything was there"

    private static func result(of job: Job) async -> Result<JSONValue, FetchProgram.Failed> {
        do {
            return .success(try await job.body())
        } catch let failure as ArtifactFailure {
            return .failure(FetchProgram.Failed(failure: failure, about: job.about))
        } catch is CancellationError {
            return .failure(
                FetchProgram.Failed(failure: ArtifactFailure(.storeFailed, cancelled), about: job.about))
        } catch {
            return .failure(
                FetchProgram.Failed(failure: ArtifactFailure(.storeFailed, "\(error)"), about: job.about))
        }
    }

    private var jobs: [Job] {
        var jobs = (plan.inputs ?? []).map { input in
            Job(about: ["input": .string(input.name)]) { try await fetch(input) }
        }
        if let code = plan.code {
            let name = code.git ?? code.uri ?? ""
            jobs.append(
                Job(about: ["code": .string(PlaceFinder.shown(name))]) { try await fetch(code) })
        }
        if let checkpoint = plan.checkpoint {
            jobs.append(
                Job(about: ["checkpoint": .null, "uri": .string(checkpoint.uri)]) { try await restore(checkpoint) })
        }
        return jobs
    }

    // MARK: Inputs

    private func fetch(_ input: FetchPlan.Input) async throws -> JSONValue {
        let what = "input \(input.name)"
        var line: JSONValue = ["input": .string(input.name)]
        do {
            if input.inPlace == true {
                line["uri"] = .string(PlaceFinder.shown(input.uri ?? input.path))
            } else if let uris = input.uris {
                for (index, uri) in uris.enumerated() {
                    guard let uri else { continue }
                    try await copy("\(what)[\(index)]", uri, to: "\(input.path)/\(index)")
                }
                if !uris.contains(where: { $0 != nil }) { try makeFolder(input.path) }
            } else if let uri = input.uri {
                line["uri"] = .string(PlaceFinder.shown(uri))
                if input.inFolder == true { try takeOut(uri, of: input.path) }
                try await copy(what, uri, to: input.path)
            } else {
                try write(input.json ?? .null, to: input.path)
            }
        } catch let failure as ArtifactFailure where failure.reason == .notFound && input.optional == true {
            context.say("\(what): not there, and optional")
            line["missing"] = true
            return line
        }
        let found = try digest(what, input.path)
        if let wanted = input.digest, wanted != found.text {
            throw ArtifactFailure(
                .digestMismatch,
                "\(what): \(PlaceFinder.shown(input.uri ?? "")) has the digest \(found.text), not \(wanted)")
        }
        line["size"] = .integer(found.size)
        line["digest"] = .string(found.text)
        if input.inFolder == true, let uri = input.uri { try putIn(uri, to: input.path) }
        return line
    }

    /// Puts a file that came to a path into a folder of that path.
    private func putIn(_ uri: String, to path: String) throws {
        guard try FileTree(at: path)?.isFile == true else { return }
        let aside = "\(path).file"
        try? FileManager.default.removeItem(atPath: aside)
        try FileManager.default.moveItem(atPath: path, toPath: aside)
        try makeFolder(path)
        try FileManager.default.moveItem(atPath: aside, toPath: "\(path)/\(Self.fileName(uri))")
    }

    /// Undoes what an earlier start of the container put into a folder, so that what is there is not copied again.
    private func takeOut(_ uri: String, of path: String) throws {
        let name = Self.fileName(uri)
        guard try FileTree(at: path)?.files.map(\.name) == [name] else { return }
        let aside = "\(path).file"
        try? FileManager.default.removeItem(atPath: aside)
        try FileManager.default.moveItem(atPath: "\(path)/\(name)", toPath: aside)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: aside, toPath: path)
    }

    private static func fileName(_ uri: String) -> String {
        let isWeb = uri.hasPrefix("http:") || uri.hasPrefix("https:")
        let path = isWeb ? uri.prefix { $0 != "?" } : uri[...]
        return path.split(separator: "/").last.map(String.init) ?? "model"
    }

    private func write(_ value: JSONValue, to path: String) throws(ArtifactFailure) {
        try makeFolder((path as NSString).deletingLastPathComponent)
        do {
            try Data(JSONWriter.bytes(value)).write(to: URL(fileURLWithPath: path))
        } catch {
            throw ArtifactFailure(.storeFailed, "\(path) can't be written: \(error.localizedDescription)")
        }
    }

    private func copy(_ what: String, _ uri: String, to path: String) async throws {
        let named = "\(what): \(PlaceFinder.shown(uri))"
        try makeFolder((path as NSString).deletingLastPathComponent)
        let begin = ContinuousClock.now
        if uri.hasPrefix(HubAddress.scheme) {
            let hub = Hub(uri: uri, remotes: plan.remotes ?? [], rclone: rclone)
            let address = try HubAddress(uri)
            try await attempts.run(named) { try await hub.copy(what, address, to: path) }
        } else {
            let place = try finder.place(of: uri)
            try await attempts.run(named) {
                try await rclone.copy(what, from: place, to: .location(path), until: nil)
            }
        }
        // A store with buckets has no folders: of one that is not there rclone copies nothing, and is content.
        guard let tree = try FileTree(at: path), !tree.files.isEmpty else {
            throw ArtifactFailure(.notFound, "\(named): nothing is there")
        }
        let size = tree.files.reduce(Int64(0)) { $0 + $1.size }
        let seconds = Double((ContinuousClock.now - begin).components.seconds)
        context.say("\(named): \(ByteCount.text(size)) in \(Int(seconds)) s")
    }

    private func digest(_ what: String, _ path: String) throws -> ContentDigest {
        guard let tree = try FileTree(at: path) else {
            throw ArtifactFailure(.notFound, "\(what): nothing came to \(path)")
        }
        return try ContentDigest(of: tree)
    }

    private func makeFolder(_ path: String) throws(ArtifactFailure) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ArtifactFailure(.storeFailed, "\(path) can't be made: \(error.localizedDescription)")
        }
    }

    // MARK: Code

    private func fetch(_ code: FetchPlan.Code) async throws -> JSONValue {
        guard let folder = plan.codePath else { throw ArtifactFailure(.invalidPlan, "code without codePath") }
        var line: JSONValue
        if let url = code.git {
            let shown = PlaceFinder.shown(url)
            let repository = GitRepository(url: url, environment: context.environment, stall: rclone.stall)
            let wanted = code.commit ?? code.ref
            let commit = try await attempts.run("code: \(shown) at \(wanted ?? "its default branch")") {
                try await repository.checkOut(wanted, in: folder)
            }
            context.say("code: \(shown) at \(commit)")
            line = ["code": .string(shown), "commit": .string(commit)]
        } else if let uri = code.uri {
            if CodeArchive.isNamed(by: uri) {
                try await unpack(uri, into: folder)
            } else {
                try await copy("code", uri, to: folder)
            }
            if try FileTree(at: folder)?.isFile == true {
                throw ArtifactFailure(
                    .invalidPlan, "code: \(PlaceFinder.shown(uri)) is a file: give the folder in which it lies")
            }
            let found = try digest("code", folder)
            line = [
                "code": .string(PlaceFinder.shown(uri)), "size": .integer(found.size), "digest": .string(found.text),
            ]
        } else {
            throw ArtifactFailure(.invalidPlan, "code has neither git nor uri")
        }
        if let path = code.path, !path.isEmpty {
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isFolder)
            guard isThere, isFolder.boolValue, !path.split(separator: "/").contains("..") else {
                throw ArtifactFailure(.notFound, "code: \(line["code"]?.stringValue ?? "") has no folder \(path)")
            }
        }
        return line
    }

    /// Brings an archive and unpacks it; the file itself is not kept.
    private func unpack(_ uri: String, into folder: String) async throws {
        let archive = CodeArchive(file: "\(folder).archive", environment: context.environment)
        try await copy("code", uri, to: archive.file)
        try makeFolder(folder)
        do {
            try await archive.unpack(into: folder)
        } catch let failure as ArtifactFailure {
            throw ArtifactFailure(failure.reason, "code: \(PlaceFinder.shown(uri)) \(failure.message)")
        }
        try? FileManager.default.removeItem(atPath: archive.file)
    }

    // MARK: Checkpoint

    private func restore(_ checkpoint: FetchPlan.Checkpoint) async throws -> JSONValue {
        let store = CheckpointStore(
            place: try finder.place(of: checkpoint.uri), uri: checkpoint.uri, rclone: rclone, attempts: attempts)
        try makeFolder(checkpoint.path)
        var line: JSONValue = ["checkpoint": .null, "uri": .string(PlaceFinder.shown(checkpoint.uri))]
        guard let restored = try await store.restore(to: checkpoint.path) else {
            context.say("checkpoint: none was saved yet")
            return line
        }
        line["checkpoint"] = .string(restored.generation.name)
        line["size"] = .integer(restored.content.size)
        line["digest"] = .string(restored.content.text)
        return line
    }
}
