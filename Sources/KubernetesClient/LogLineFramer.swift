/// Cuts a log into lines at `0x0A`, whatever the chunks in which it arrives; empty lines count.
///
/// A line over the limit is handed over in pieces: a program that prints a gigabyte without a line's end must not
/// fill the reader's memory.
struct LogLineFramer: Sendable {
    private var pending: [UInt8] = []
    private let limit: Int

    init(limit: Int = 1 << 20) {
        self.limit = max(1, limit)
    }

    /// Takes a chunk and returns the lines that it completes, without their ends.
    mutating func push(_ chunk: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = chunk[...]
        while let end = rest.firstIndex(of: 0x0A) {
            append(rest[..<end], to: &lines)
            lines.append(pending)
            pending = []
            rest = rest[rest.index(after: end)...]
        }
        append(rest, to: &lines)
        return lines
    }

    /// The line that the log's end completes, if it has no end of its own.
    mutating func finish() -> [UInt8]? {
        defer { pending = [] }
        return pending.isEmpty ? nil : pending
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>, to lines: inout [[UInt8]]) {
        var rest = bytes
        while pending.count + rest.count > limit {
            let piece = rest.prefix(limit - pending.count)
            lines.append(pending + piece)
            pending = []
            rest = rest.dropFirst(piece.count)
        }
        pending.append(contentsOf: rest)
    }
}
