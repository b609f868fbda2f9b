import Foundation
import KubernetesCore

/// Lines that wait on disk, in files, until they are stored.
///
/// Guarantees: what was appended survives the process; the files' names rise and are never given twice; beyond the bound
/// the oldest file goes, and is counted. A file that is being stored goes only when it is.
actor PayloadSpool {
    /// How much is kept, and for how long in one file.
    struct Bounds: Sendable {
        /// A file of so many bytes is complete.
        var fileBytes = 8 << 20
        /// So is one so long after its first line.
        var fileAge = Duration.seconds(60)
        /// All files together.
        var bytes = 512 << 20
    }

    /// What became of the lines.
    struct Counts: Sendable, Hashable {
        /// Lines that were appended.
        var received = 0
        /// Lines that were stored.
        var stored = 0
        /// Lines that went, for there was no more room.
        var dropped = 0
        /// Bytes that wait.
        var bytes = 0
    }

    /// A complete file.
    struct File: Sendable, Hashable {
        var name: String
        var bytes: Int
        var lines: Int

        /// The day on which it was begun, as object stores and query engines find it: `date=2026-01-31`.
        var folder: String {
            let digits = Array(name.prefix(8))
            guard digits.count == 8 else { return "date=unknown" }
            return "date=\(String(digits[0..<4]))-\(String(digits[4..<6]))-\(String(digits[6..<8]))"
        }
    }

    private struct Growing {
        var file: File
        var handle: FileHandle
        var begun: ContinuousClock.Instant
    }

    /// The end of the name of a file that grows.
    private static let growingEnd = ".part"
    private static let completeEnd = ".jsonl"

    private let folder: String
    private let pod: String
    private let bounds: Bounds
    private let say: @Sendable (String) -> Void
    private var growing: Growing?
    private var complete: [File] = []
    private var storing: String?
    private var sequence = 0
    private(set) var counts = Counts()
    private let announce: AsyncStream<String>.Continuation

    /// The names of complete files, in order, those of before first.
    nonisolated let names: AsyncStream<String>
    /// Whether files were there from before.
    nonisolated let hasRest: Bool

    /// A spool in a folder, with what is there.
    ///
    /// - Parameters:
    ///   - folder: Of nobody else's.
    ///   - pod: What tells its files from those of others.
    ///   - say: Told of what is lost.
    /// - Throws: ``ArtifactFailure`` where the folder can't be used.
    init(folder: String, pod: String, bounds: Bounds, say: @escaping @Sendable (String) -> Void)
        throws(ArtifactFailure)
    {
        self.folder = folder
        self.pod = pod
        self.bounds = bounds
        self.say = say
        (names, announce) = AsyncStream.makeStream(of: String.self)
        do {
            complete = try Self.recover(folder)
        } catch {
            throw ArtifactFailure(.storeFailed, "\(folder) can't be used: \(error.localizedDescription)")
        }
        hasRest = !complete.isEmpty
        counts.bytes = complete.reduce(0) { $0 + $1.bytes }
        for file in complete { announce.yield(file.name) }
    }

    /// The files that an earlier process left: a last line that is torn is none.
    private static func recover(_ folder: String) throws -> [File] {
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var files: [File] = []
        for entry in try manager.contentsOfDirectory(atPath: folder).sorted() {
            var path = "\(folder)/\(entry)"
            var name = entry
            if entry.hasSuffix(growingEnd) {
                let data = try Data(contentsOf: URL(fileURLWithPath: path))
                let whole = data.lastIndex(of: 0x0A).map { data.distance(from: data.startIndex, to: $0) + 1 } ?? 0
                if whole < data.count { try data.prefix(whole).write(to: URL(fileURLWithPath: path)) }
                name = entry.dropLast(growingEnd.count) + completeEnd
                try manager.moveItem(atPath: path, toPath: "\(folder)/\(name)")
                path = "\(folder)/\(name)"
            }
            guard name.hasSuffix(completeEnd) else { continue }
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            if data.isEmpty {
                try manager.removeItem(atPath: path)
            } else {
                files.append(File(name: name, bytes: data.count, lines: data.count { $0 == 0x0A }))
            }
        }
        return files
    }

    // MARK: - Lines

    /// Appends an event.
    ///
    /// - Throws: ``PayloadLine/Malformed``, or what the disk said.
    func append(_ headers: [(name: String, value: String)], _ body: [UInt8]) throws {
        // Made here, one at a time: it takes many times the body's memory.
        let line = try PayloadLine(headers: headers, body: body)
        var growing = try growing ?? begin()
        do {
            try growing.handle.write(contentsOf: line.bytes)
        } catch {
            // A line that was torn would spoil the next one.
            try? growing.handle.truncate(atOffset: UInt64(growing.file.bytes))
            self.growing = growing
            throw error
        }
        growing.file.bytes += line.bytes.count
        growing.file.lines += 1
        counts.received += 1
        counts.bytes += line.bytes.count
        self.growing = growing
        if growing.file.bytes >= bounds.fileBytes { seal() }
        dropBeyond()
    }

    private func begin() throws -> Growing {
        sequence += 1
        let time = MicroTime(Date()).description.filter { $0 != "-" && $0 != ":" }
        let number = String(sequence)
        let padded = String(repeating: "0", count: max(0, 6 - number.count)) + number
        let name = "\(time)-\(pod)-\(padded)"
        let path = "\(folder)/\(name)\(Self.growingEnd)"
        try Data().write(to: URL(fileURLWithPath: path))
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        let growing = Growing(
            file: File(name: name + Self.completeEnd, bytes: 0, lines: 0), handle: handle, begun: .now)
        self.growing = growing
        return growing
    }

    /// Completes the file that grows, where it is old enough.
    ///
    /// - Returns: After how long to ask again.
    func sealWhatIsDue() -> Duration {
        guard let growing else { return bounds.fileAge }
        let rest = growing.begun + bounds.fileAge - .now
        guard rest <= .zero else { return rest }
        seal()
        return bounds.fileAge
    }

    /// Completes the file that grows, after which nothing may be appended; ``names`` ends with it.
    func finish() {
        seal()
        announce.finish()
    }

    private func seal() {
        guard let growing else { return }
        self.growing = nil
        try? growing.handle.close()
        let path = "\(folder)/\(growing.file.name)"
        let part = path.dropLast(Self.completeEnd.count) + Self.growingEnd
        guard growing.file.lines > 0, rename(String(part), path) == 0 else {
            counts.bytes -= growing.file.bytes
            counts.dropped += growing.file.lines
            try? FileManager.default.removeItem(atPath: String(part))
            return
        }
        complete.append(growing.file)
        announce.yield(growing.file.name)
    }

    private func dropBeyond() {
        while counts.bytes > bounds.bytes, let place = complete.firstIndex(where: { $0.name != storing }) {
            let file = complete.remove(at: place)
            try? FileManager.default.removeItem(atPath: "\(folder)/\(file.name)")
            counts.bytes -= file.bytes
            counts.dropped += file.lines
            say("dropped \(file.lines) events of \(file.name): more than \(ByteCount.text(Int64(bounds.bytes))) wait")
        }
    }

    // MARK: - Files

    /// Begins to store a file.
    ///
    /// - Returns: Where it is; nil where it went meanwhile.
    func begin(_ name: String) -> (file: File, path: String)? {
        guard let file = complete.first(where: { $0.name == name }) else { return nil }
        storing = name
        return (file, "\(folder)/\(name)")
    }

    /// Takes note that a file is stored, or could not be.
    func ended(_ file: File, isStored: Bool) {
        storing = nil
        guard isStored else { return dropBeyond() }
        complete.removeAll { $0.name == file.name }
        try? FileManager.default.removeItem(atPath: "\(folder)/\(file.name)")
        counts.bytes -= file.bytes
        counts.stored += file.lines
    }

    /// Lines that wait.
    var waiting: Int { complete.reduce(growing?.file.lines ?? 0) { $0 + $1.lines } }
}
