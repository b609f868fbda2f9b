import Foundation

/// Turns a log as it lies on disk into what a reader asked for: a value that is fed piece by piece.
struct LogFormat: Sendable {
    private let timestamps: Bool
    private let tailLines: Int?
    private let since: [UInt8]?
    private var room: Int?
    private var pending: [UInt8] = []
    private var continuesLine = false

    init(_ request: NodeLogs.Request) {
        timestamps = request.timestamps
        tailLines = request.tailLines
        since = request.since.map { Array(LogWriter.timestamp($0).utf8) }
        room = request.limitBytes.map { max(0, $0) }
    }

    /// Whether everything that was asked for has been handed over.
    var isFull: Bool { room == 0 }

    /// The text of what was there at the beginning, of which perhaps only the last lines count.
    mutating func first(_ bytes: [UInt8]) -> [UInt8] {
        var lines = wholeLines(bytes)
        if let tailLines {
            var left = max(0, tailLines)
            var begin = lines.count
            while begin > 0, left > 0 || !lines[begin - 1].isWhole && begin < lines.count {
                begin -= 1
                if begin == 0 || lines[begin - 1].isWhole { left -= 1 }
                if left == 0 { break }
            }
            lines = Array(lines[begin...])
        }
        return text(lines)
    }

    /// The text of what came since.
    mutating func next(_ bytes: [UInt8]) -> [UInt8] { text(wholeLines(bytes)) }

    private mutating func wholeLines(_ bytes: [UInt8]) -> [LogLine] {
        pending += bytes
        var lines: [LogLine] = []
        var rest = pending[...]
        while let end = rest.firstIndex(of: 0x0A) {
            if let line = LogLine(rest[..<end]), isRecent(line) { lines.append(line) }
            rest = rest[(end + 1)...]
        }
        pending = Array(rest)
        return lines
    }

    private func isRecent(_ line: LogLine) -> Bool {
        guard let since else { return true }
        return !line.time.lexicographicallyPrecedes(since)
    }

    private mutating func text(_ lines: [LogLine]) -> [UInt8] {
        var output: [UInt8] = []
        for line in lines {
            if timestamps, !continuesLine {
                output.append(contentsOf: line.time)
                output.append(UInt8(ascii: " "))
            }
            output.append(contentsOf: line.text)
            if line.isWhole { output.append(0x0A) }
            continuesLine = !line.isWhole
        }
        if let room {
            output = Array(output.prefix(room))
            self.room = room - output.count
        }
        return output
    }
}
