import Foundation
import KubernetesCore

/// Makes the virtual environment that stands for `python:*`, once in the life of a node.
///
/// The first who asks makes it; all others wait.
actor PythonEnvironments {
    /// A Python that cannot be had.
    struct Failure: Error, Hashable {
        var message: String
    }

    private enum State {
        case absent
        case making([CheckedContinuation<Void, Never>])
        case ready
    }

    private let paths: NodePaths
    private let host: HostFacts
    private let command: [String]
    private let watcher: PipeWatcher
    private var state = State.absent

    init(paths: NodePaths, host: HostFacts, command: [String], watcher: PipeWatcher) {
        self.paths = paths
        self.host = host
        self.command = command
        self.watcher = watcher
    }

    /// Whether the environment is there without a wait.
    var isReady: Bool { if case .ready = state { true } else { false } }

    /// Returns when the environment is there.
    func prepare() async throws(Failure) {
        switch state {
        case .ready: return
        case .making:
            await withCheckedContinuation { continuation in
                if case .making(let others) = state {
                    state = .making(others + [continuation])
                } else {
                    continuation.resume()
                }
            }
            // The one that made it may have failed: then this one tries, and tells its own pod.
            return try await prepare()
        case .absent: break
        }
        state = .making([])
        let failure = await make()
        if case .making(let waiting) = state { waiting.forEach { $0.resume() } }
        state = failure == nil ? .ready : .absent
        if let failure { throw failure }
    }

    private func make() async -> Failure? {
        guard let python = host.python else {
            return Failure(message: "this host has no python3: install Python 3 with its venv module")
        }
        let directory = ShimDirectory(path: paths.images + "/python-\(UUID().uuidString)")
        let message = directory.path + "/message"
        let launch = ShimLaunch(
            arguments: [python, "-c", PythonRecipe.source, paths.python, paths.environments, "[]", "", message],
            environment: ProcessInfo.processInfo.environment, workingDirectory: "/", isSandboxed: false,
            terminationMessagePath: message, fallsBackToLogs: true, cookie: "FAIRLEAD_CONTAINER=python",
            orphanSeconds: 0)
        let watcher = watcher
        let command = command
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
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        if exit?.exitCode == 0 { return nil }
        return Failure(
            message: "no virtual environment of Python could be made (on Debian: apt-get install python3-venv): "
                + (exit?.message ?? "its process was lost"))
    }
}
