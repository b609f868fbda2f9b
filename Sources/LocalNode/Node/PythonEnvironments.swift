import Foundation
import KubernetesCore

/// Makes the virtual environments that stand for images of Python, each once in the life of a node.
///
/// The first who asks for one makes it; all others wait.
actor PythonEnvironments {
    /// A Python that cannot be had.
    struct Failure: Error, Hashable {
        var message: String
    }

    /// Takes what is being done, for people.
    typealias Report = @Sendable (String) -> Void

    private enum State {
        case making([CheckedContinuation<Void, Never>])
        case ready
    }

    /// How often it is told how far an installation is.
    private static let reportInterval = Duration.seconds(10)

    private let paths: NodePaths
    private let host: HostFacts
    private let command: [String]
    private let watcher: PipeWatcher
    /// By the packages; what is not there has yet to be made.
    private var states: [[String]: State] = [:]

    init(paths: NodePaths, host: HostFacts, command: [String], watcher: PipeWatcher) {
        self.paths = paths
        self.host = host
        self.command = command
        self.watcher = watcher
    }

    /// Whether the environment with those packages is there without a wait.
    func isReady(_ packages: [String]) -> Bool { if case .ready = states[packages] { true } else { false } }

    /// Returns when the environment with those packages is there.
    func prepare(_ packages: [String], report: @escaping Report) async throws(Failure) {
        switch states[packages] {
        case .ready: return
        case .making:
            report("waiting for \(Self.what(packages)), which is being made")
            await withCheckedContinuation { continuation in
                if case .making(let others) = states[packages] {
                    states[packages] = .making(others + [continuation])
                } else {
                    continuation.resume()
                }
            }
            // The one that made it may have failed: then this one tries, and tells its own pod.
            return try await prepare(packages, report: report)
        case nil: break
        }
        states[packages] = .making([])
        let failure = await make(packages, report)
        if case .making(let waiting) = states[packages] { waiting.forEach { $0.resume() } }
        states[packages] = failure == nil ? .ready : nil
        if let failure { throw failure }
    }

    private static func what(_ packages: [String]) -> String {
        packages.isEmpty
            ? "a virtual environment of Python"
            : "a virtual environment of Python with \(packages.joined(separator: ", "))"
    }

    private func make(_ packages: [String], _ report: @escaping Report) async -> Failure? {
        guard let python = host.python else {
            return Failure(message: "this host has no python3: install Python 3 with its venv module")
        }
        let place = paths.python(packages)
        let directory = ShimDirectory(path: paths.images + "/python-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        let message = directory.path + "/message"
        let launch = ShimLaunch(
            arguments: [
                python, "-c", PythonRecipe.source, place, paths.environments,
                JSONWriter.string(.array(packages.map { .string($0) })), "", message,
            ],
            environment: ProcessInfo.processInfo.environment, workingDirectory: "/", isSandboxed: false,
            terminationMessagePath: message, fallsBackToLogs: true, cookie: "FAIRLEAD_CONTAINER=python",
            orphanSeconds: 0)
        let isThere = FileManager.default.fileExists(atPath: place)
        if !isThere { report("making \(Self.what(packages))") }
        let exit = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await Task.sleep(for: Self.reportInterval)) != nil {
                    if let line = Self.lastLine(of: directory) { report(line) }
                }
            }
            let exit = await run(directory, launch)
            group.cancelAll()
            return exit
        }
        if exit?.exitCode == 0 { return nil }
        return Failure(
            message: "\(Self.what(packages)) could not be made (on Debian: apt-get install python3-venv): "
                + (exit?.message ?? "its process was lost"))
    }

    private func run(_ directory: ShimDirectory, _ launch: ShimLaunch) async -> ContainerExit? {
        let (watcher, command) = (watcher, command)
        var handle: ShimHandle?
        let exit: ContainerExit? = await withCheckedContinuation { continuation in
            do {
                handle = try ShimHandle.start(directory, launch: launch, command: command, watcher: watcher) {
                    continuation.resume(returning: $0)
                }
            } catch {
                var failed = ContainerExit.unknown(startedAt: Time(Date()), now: Time(Date()))
                failed.message = "\(error)"
                continuation.resume(returning: failed)
            }
        }
        _ = handle
        return exit
    }

    /// What an installation said last.
    private static func lastLine(of directory: ShimDirectory) -> String? {
        guard let bytes = FileManager.default.contents(atPath: directory.log) else { return nil }
        let lines = String(decoding: bytes.suffix(4096), as: UTF8.self).split(separator: "\n")
        // Time, stream and a flag come before the text.
        return lines.last?.split(separator: " ", maxSplits: 3).dropFirst(3).first.map {
            String($0.drop(while: \.isWhitespace).prefix(200))
        }
    }
}
