import Foundation
import Glibc
import KubernetesCore
import Synchronization

/// The node's end of a shim: starts or adopts it, speaks to it, and learns of its end.
final class ShimHandle: Sendable {
    private let control: Mutex<Int32?>

    private init(control: Int32) { self.control = Mutex(control) }

    deinit { detach() }

    /// Starts a shim.
    ///
    /// - Parameters:
    ///   - directory: The run's directory, which does not exist yet.
    ///   - launch: What to run.
    ///   - command: The shim's command line, to which the directory is appended.
    ///   - watcher: Where its end is waited for.
    ///   - onEnd: Called once when the shim has ended, with the exit that it wrote down, if it did.
    static func start(
        _ directory: ShimDirectory, launch: ShimLaunch, command: [String], watcher: PipeWatcher,
        onEnd: @escaping @Sendable (ContainerExit?) -> Void
    ) throws -> ShimHandle {
        try NodePaths.makeFolder(directory.path)
        try DurableFile.write(try KubernetesJSON.encode(launch), to: directory.launch, isSynced: false)
        for path in [directory.control, directory.alive] where mkfifo(path, 0o600) != 0 && errno != EEXIST {
            throw DurableFile.Failure(path: path, code: errno)
        }
        // Both directions: the node's own end keeps the pipe open until the node is gone.
        let control = try open(directory.control, O_RDWR | O_NONBLOCK)
        let input = try open(directory.control, O_RDONLY | O_NONBLOCK)
        let alive = try open(directory.alive, O_RDONLY | O_NONBLOCK)
        let aliveEnd = try open(directory.alive, O_WRONLY | O_NONBLOCK)
        let diagnostics = try open(directory.diagnostics, O_WRONLY | O_CREAT | O_APPEND)
        defer { [input, aliveEnd, diagnostics].forEach { close($0) } }
        let started = Time(Date())
        let pid: pid_t
        do {
            pid = try ChildProcess.spawn(
                ChildProcess.Start(
                    executable: command.first ?? "", arguments: command + [directory.path],
                    environment: ProcessInfo.processInfo.environment,
                    descriptors: [(input, 0), (diagnostics, 1), (diagnostics, 2), (aliveEnd, 3)],
                    isNewSession: true))
        } catch {
            close(control)
            close(alive)
            throw DurableFile.Failure(path: command.first ?? "", code: error.code)
        }
        try? DurableFile.write(Array("\(started)".utf8), to: directory.started, isSynced: false)
        watcher.watch(alive) {
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            onEnd(exit(of: directory))
        }
        return ShimHandle(control: control)
    }

    /// Takes over a shim that an earlier node started; nil where it is gone.
    static func adopt(
        _ directory: ShimDirectory, watcher: PipeWatcher, onEnd: @escaping @Sendable (ContainerExit?) -> Void
    ) -> ShimHandle? {
        guard let alive = try? open(directory.alive, O_RDONLY | O_NONBLOCK) else { return nil }
        var byte: UInt8 = 0
        // Without a writer a read finds the end at once; with one it finds nothing yet.
        guard read(alive, &byte, 1) < 0, errno == EAGAIN,
            let control = try? open(directory.control, O_RDWR | O_NONBLOCK)
        else {
            close(alive)
            return nil
        }
        let handle = ShimHandle(control: control)
        handle.send(.adopt)
        watcher.watch(alive) { onEnd(exit(of: directory)) }
        return handle
    }

    /// The exit that a shim wrote down, if it did.
    static func exit(of directory: ShimDirectory) -> ContainerExit? {
        guard let bytes = FileManager.default.contents(atPath: directory.exit) else { return nil }
        return try? KubernetesJSON.decode(ContainerExit.self, from: bytes)
    }

    /// When a run began; now where that is not known.
    static func started(_ directory: ShimDirectory) -> Time {
        let bytes = FileManager.default.contents(atPath: directory.started) ?? Data()
        return Time(String(decoding: bytes, as: UTF8.self)) ?? Time(Date())
    }

    /// Says something to the shim; one that is gone does not mind.
    func send(_ command: ShimCommand) {
        control.withLock { control in
            guard let control else { return }
            let bytes = Array(command.line.utf8)
            _ = write(control, bytes, bytes.count)
        }
    }

    /// Lets go of the shim without ending it, as a crash of the node would.
    func detach() {
        control.withLock { control in
            if let descriptor = control { close(descriptor) }
            control = nil
        }
    }

    private static func open(_ path: String, _ flags: Int32) throws -> Int32 {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DurableFile.Failure(path: path, code: errno) }
        return descriptor
    }
}
