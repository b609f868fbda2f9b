import Foundation
import Synchronization

/// Runs rclone, and watches that it gets on.
struct Rclone: Sendable {
    /// What the container is told.
    var environment: [String: String]
    /// After how long without a change a copy is given up.
    var stall = Duration.seconds(300)
    /// Says something to whoever reads the container's log.
    var say: @Sendable (String) -> Void

    /// How often rclone tells how far it is.
    private static let interval = Duration.seconds(5)

    /// Copies a file to a file, or a folder's content to a folder.
    ///
    /// - Parameter what: What is copied, for people.
    func copy(_ what: String, from source: Place, to target: Place, until deadline: ContinuousClock.Instant?)
        async throws
    {
        guard case .location(let to) = target else {
            throw ArtifactFailure(.invalidPlan, "\(what): nothing can be stored at an http address")
        }
        switch source {
        case .download(let url):
            do {
                try await run(what, ["copyurl", url, to], until: deadline)
            } catch let failure as ArtifactFailure {
                // What follows the question mark may be a signature.
                throw ArtifactFailure(
                    failure.reason, failure.message.replacing(url, with: PlaceFinder.shown(url)))
            }
        case .location(let from):
            try await run(what, ["copyto", from, to, "--copy-links"], until: deadline)
        }
    }

    /// Copies those files of a folder into another one; what is not there is left out.
    func copy(_ what: String, files: [String], from source: Place, to target: Place) async throws {
        guard case .location(let from) = source, case .location(let to) = target else { return }
        let names = files.map { $0 + "\n" }.joined()
        try await run(what, ["copy", from, to, "--no-traverse", "--files-from-raw", "-"], input: names)
    }

    /// The names right below a place, folders with a `/` behind; none where nothing is there.
    func list(_ what: String, _ place: Place) async throws -> [String] {
        guard case .location(let text) = place else { return [] }
        do {
            return try await run(what, ["lsf", text]).split(separator: "\n").map(String.init)
        } catch let failure as ArtifactFailure where failure.reason == .notFound {
            return []
        }
    }

    /// The content of a small file.
    func read(_ what: String, _ place: Place) async throws -> String {
        guard case .location(let text) = place else { return "" }
        return try await run(what, ["cat", text])
    }

    /// Writes a small file, in one piece.
    func write(_ what: String, _ content: String, to place: Place, until deadline: ContinuousClock.Instant?)
        async throws
    {
        guard case .location(let text) = place else { return }
        try await run(what, ["rcat", text], input: content, until: deadline)
    }

    /// Removes a file, or a folder with all that is in it.
    func remove(_ what: String, _ place: Place, isFolder: Bool) async throws {
        guard case .location(let text) = place else { return }
        try await run(what, [isFolder ? "purge" : "deletefile", text])
    }

    private var variables: [String: String] {
        var variables = Self.configured(environment)
        // Fairlead writes into buckets that are there; one that is missing is a mistake in its name.
        var defaults = [
            "RCLONE_S3_NO_CHECK_BUCKET": "true", "RCLONE_GCS_NO_CHECK_BUCKET": "true",
            "RCLONE_AZUREBLOB_NO_CHECK_CONTAINER": "true", "HOME": "/",
        ]
        // Rclone fails over this variable; its own option means the same.
        defaults["RCLONE_CA_CERT"] = variables.removeValue(forKey: "AWS_CA_BUNDLE")
        return variables.merging(defaults) { given, _ in given }
    }

    /// The environment with the options of remotes as rclone reads them.
    ///
    /// They come out of Secrets, whose keys people write as rclone's documentation does, `access_key_id`, or as Amazon's
    /// does, `AWS_ACCESS_KEY_ID`.
    static func configured(_ environment: [String: String]) -> [String: String] {
        var variables = environment
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            let option = option(name)
            guard option != name else { continue }
            variables[name] = nil
            // What is written as rclone reads it counts more than any other spelling.
            if environment[option] == nil { variables[option] = value }
        }
        return variables
    }

    /// The name of a variable as rclone reads it: `RCLONE_CONFIG_R0_ACCESS_KEY_ID`.
    private static func option(_ name: String) -> String {
        let prefix = "RCLONE_CONFIG_"
        guard name.hasPrefix(prefix) else { return name }
        let parts = name.dropFirst(prefix.count).uppercased().replacing("-", with: "_")
            .split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let remote = parts.first, let rest = parts.last else { return name }
        return "\(prefix)\(remote)_\(rest.hasPrefix("AWS_") ? rest.dropFirst(4) : rest)"
    }

    @discardableResult
    private func run(
        _ what: String, _ arguments: [String], input: String = "", until deadline: ContinuousClock.Instant? = nil
    ) async throws -> String {
        let options = [
            "--config", "", "--retries", "1", "--low-level-retries", "3", "--contimeout", "30s", "--use-json-log",
            "--stats", "\(Self.interval.components.seconds)s", "--stats-log-level", "NOTICE",
        ]
        let tool = ToolRun(program: "rclone", arguments: arguments + options, environment: variables, input: input)
        let watch = Watch(start: .now)
        let ended = try await withThrowingTaskGroup(of: ToolRun.Ended?.self) { group in
            group.addTask {
                try await tool.run { line in
                    guard let progress = watch.take(line) else { return }
                    say("\(what): \(progress.text)")
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    try await Task.sleep(until: watch.lookAgain(stall: stall, deadline: deadline))
                    if let complaint = watch.complaint(stall: stall, deadline: deadline) {
                        throw complaint
                    }
                }
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let ended else { throw CancellationError() }
        guard ended.exitCode == 0 else {
            let log = watch.log
            let said = log.errors.joined(separator: "; ")
            throw ArtifactFailure(
                log.reason(exitCode: ended.exitCode),
                said.isEmpty ? "rclone ended with exit code \(ended.exitCode)" : said)
        }
        return ended.output
    }

    /// What is known of a run that goes on.
    private final class Watch: Sendable {
        private struct State {
            var log = RcloneLog()
            var changed: ContinuousClock.Instant
            var told: ContinuousClock.Instant
        }

        private let state: Mutex<State>

        init(start: ContinuousClock.Instant) { state = Mutex(State(changed: start, told: start)) }

        var log: RcloneLog { state.withLock { $0.log } }

        /// Takes a line, and returns what is to be told of it.
        func take(_ line: String) -> RcloneLog.Progress? {
            let now = ContinuousClock.now
            return state.withLock { state in
                let before = state.log.progress?.marks
                guard state.log.take(line), let progress = state.log.progress else { return nil }
                if progress.marks != before { state.changed = now }
                // The last figures come at the end, also of what took no time.
                guard now - state.told >= Rclone.interval - .seconds(1) else { return nil }
                state.told = now
                return progress
            }
        }

        func lookAgain(stall: Duration, deadline: ContinuousClock.Instant?) -> ContinuousClock.Instant {
            let stalled = state.withLock { $0.changed } + stall
            return deadline.map { min($0, stalled) } ?? stalled
        }

        func complaint(stall: Duration, deadline: ContinuousClock.Instant?) -> ArtifactFailure? {
            let now = ContinuousClock.now
            if let deadline, now >= deadline { return ArtifactFailure(.storeFailed, "the time for it is over") }
            let quiet = now - state.withLock { $0.changed }
            guard quiet >= stall else { return nil }
            let before = state.withLock { $0.log.progress }.map { " after \(ByteCount.text($0.bytes))" } ?? ""
            return ArtifactFailure(.stalled, "nothing moved for \(stall.components.seconds) s\(before)")
        }
    }
}
