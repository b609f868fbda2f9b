import Foundation
import Glibc
import KubernetesCore

/// Writes a container's output as the container runtimes do: `TIME STREAM F|P TEXT`, a line each.
///
/// Guarantees: a log never holds more than two files of ``fileLimit`` bytes; the older one is `log.1`.
struct LogWriter {
    enum Stream: String { case stdout, stderr }

    /// How large a file grows before the next one begins.
    static let fileLimit = 10 << 20
    /// How long a line may be before it is written in parts.
    static let lineLimit = 16 << 10

    private let path: String
    private var file: Int32
    private var size: Int
    private var pending: [Stream: [UInt8]] = [:]

    init(path: String) {
        self.path = path
        file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        size = 0
    }

    /// Takes what a program wrote, and writes the lines that it completes.
    mutating func write(_ bytes: ArraySlice<UInt8>, _ stream: Stream, at date: Date) {
        var rest = bytes
        var output: [UInt8] = []
        let time = Self.timestamp(date)
        var line = pending[stream] ?? []
        while !rest.isEmpty {
            let room = Self.lineLimit - line.count
            let window = rest.prefix(room)
            if let end = window.firstIndex(of: 0x0A) {
                line.append(contentsOf: rest[..<end])
                Self.append(line, stream, time, isWhole: true, to: &output)
                line.removeAll(keepingCapacity: true)
                rest = rest[(end + 1)...]
            } else {
                line.append(contentsOf: window)
                rest = rest[window.endIndex...]
                if line.count >= Self.lineLimit {
                    Self.append(line, stream, time, isWhole: false, to: &output)
                    line.removeAll(keepingCapacity: true)
                }
            }
        }
        pending[stream] = line
        flush(output)
    }

    /// Writes what has no line's end yet.
    mutating func finish(at date: Date) {
        var output: [UInt8] = []
        for stream in [Stream.stdout, .stderr] {
            guard let line = pending[stream], !line.isEmpty else { continue }
            Self.append(line, stream, Self.timestamp(date), isWhole: false, to: &output)
        }
        pending = [:]
        flush(output)
    }

    private static func append(
        _ line: [UInt8], _ stream: Stream, _ time: String, isWhole: Bool, to output: inout [UInt8]
    ) {
        output.append(contentsOf: "\(time) \(stream.rawValue) \(isWhole ? "F" : "P") ".utf8)
        output.append(contentsOf: line)
        output.append(0x0A)
    }

    private mutating func flush(_ output: [UInt8]) {
        guard !output.isEmpty, file >= 0 else { return }
        // A full disk costs the log, not the program.
        try? DurableFile.writeAll(output, to: file, path: path)
        size += output.count
        guard size >= Self.fileLimit else { return }
        close(file)
        rename(path, path + ".1")
        file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        size = 0
    }

    /// RFC 3339 with nine digits, as `kubectl logs --timestamps` shows it.
    static func timestamp(_ date: Date) -> String {
        MicroTime(date).description.dropLast() + "000Z"
    }
}
