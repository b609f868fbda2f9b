import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The folder in which a local cluster keeps everything.
struct DataDirectory: Sendable, Hashable {
    /// The absolute path.
    let path: String

    /// - Parameter path: As the user wrote it; relative to the working directory.
    init(_ path: String) {
        self.path = URL(fileURLWithPath: path).standardizedFileURL.path
    }

    /// The file of the objects.
    var state: String { path + "/state.sqlite" }
    /// The folder of certificates and token.
    var certificates: String { path + "/pki" }
    /// The folder of the artifact store.
    var artifacts: String { path + "/artifacts" }

    private var lockFile: String { path + "/lock" }
    private var portFile: String { path + "/port" }
    private var progressPortFile: String { path + "/progress-port" }
    private var routerPortFile: String { path + "/router-port" }

    /// The port of the last time, nil where there is none.
    var lastPort: Int? {
        get { Self.port(in: portFile) }
        nonmutating set { Self.write(newValue, to: portFile) }
    }

    /// The port to which jobs pushed their metrics the last time, nil where there is none.
    var lastProgressPort: Int? {
        get { Self.port(in: progressPortFile) }
        nonmutating set { Self.write(newValue, to: progressPortFile) }
    }

    /// The port at which models answered the last time, nil where there is none.
    var lastRouterPort: Int? {
        get { Self.port(in: routerPortFile) }
        nonmutating set { Self.write(newValue, to: routerPortFile) }
    }

    private static func port(in file: String) -> Int? {
        (try? String(contentsOfFile: file, encoding: .utf8)).flatMap { text in Int(text.filter { !$0.isWhitespace }) }
    }

    private static func write(_ port: Int?, to file: String) {
        try? port.map(String.init)?.write(toFile: file, atomically: true, encoding: .utf8)
    }

    /// Makes the folder and holds it for this process: two clusters would spoil each other's state.
    ///
    /// - Throws: ``CommandError`` where another process holds it, or where it cannot be made.
    func hold() throws(CommandError) -> DataDirectoryHold {
        do {
            for folder in [path, artifacts] {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
        } catch {
            throw CommandError(.unavailable, "the folder \(path) cannot be made; choose another one with --data-dir")
        }
        let descriptor = open(lockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandError(.unavailable, "\(lockFile) cannot be written; choose another folder with --data-dir")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            let owner = (try? String(contentsOfFile: lockFile, encoding: .utf8))?.filter(\.isNumber) ?? ""
            let process = owner.isEmpty ? "" : " (process \(owner))"
            throw CommandError(
                .conflict,
                "another fairlead local\(process) uses \(path); stop it, or choose another folder with --data-dir")
        }
        ftruncate(descriptor, 0)
        let text = Array("\(getpid())\n".utf8)
        _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        return DataDirectoryHold(descriptor: descriptor)
    }
}

/// Holds a data directory for as long as it lives; the system gives it free where the process is killed.
final class DataDirectoryHold: Sendable {
    private let descriptor: Int32

    fileprivate init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
}
