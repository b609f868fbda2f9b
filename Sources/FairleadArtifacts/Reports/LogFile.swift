import Foundation
import Synchronization

/// Gives the log of the pod's program, line by line.
public typealias ProgramLog =
    @Sendable (_ receive: @escaping @Sendable ([UInt8]) async throws -> Void) async throws -> Void

/// A program's log as a file.
final class LogFile: Sendable {
    /// How long a server may take to give it.
    static let patience = Duration.seconds(60)

    let path: String
    private let written = Mutex<Int64>(0)

    init(path: String) { self.path = path }

    /// How many bytes it has.
    var size: Int64 { written.withLock { $0 } }

    /// Writes it anew.
    func write(_ log: @escaping ProgramLog, within patience: Duration) async throws {
        let handle: FileHandle
        do {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: path))
            handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        } catch {
            throw ArtifactFailure(.storeFailed, "\(path) can't be written: \(error.localizedDescription)")
        }
        defer { try? handle.close() }
        written.withLock { $0 = 0 }
        do {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await log { line in
                        try handle.write(contentsOf: Data(line) + Data([0x0A]))
                        self.written.withLock { $0 += Int64(line.count) + 1 }
                    }
                    return true
                }
                group.addTask {
                    try await Task.sleep(for: patience)
                    return false
                }
                defer { group.cancelAll() }
                if try await group.next() == false {
                    throw ArtifactFailure(.storeFailed, "the API server did not give it in time")
                }
            }
        } catch let error where !(error is ArtifactFailure || error is CancellationError) {
            throw ArtifactFailure(.storeFailed, "\(error)")
        }
    }
}
