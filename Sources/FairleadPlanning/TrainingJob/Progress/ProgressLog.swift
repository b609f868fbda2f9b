public import FairleadAPI
public import KubernetesCore

/// Reads metrics from a part of a log in which each line begins with its time, as Kubernetes shows logs.
public struct ProgressLog: Sendable, Hashable {
    /// How much of a log is looked at.
    public enum Limit {
        /// The longest line, in bytes; longer ones are no metrics.
        public static let line = 16 << 10
        /// How many of the last lines are asked for.
        public static let lines = 1000
        /// How many bytes are asked for.
        public static let bytes = 1 << 20
        /// How many of the last lines are asked for where so many bytes did not hold ``lines``.
        public static let fewLines = 50
        /// The most metrics of one line.
        public static let metricsOfLine = 64
    }

    private let pattern: ProgressPattern?
    private var measure: MetricReading.Measure?
    /// The time of the newest line that was read; what comes next is asked for from there on.
    public private(set) var readUpTo: MicroTime?

    /// Describes how to read.
    ///
    /// - Parameters:
    ///   - pattern: What is a metric; nil for `name=number` and its kin.
    ///   - readUpTo: Up to where the log was read already.
    public init(pattern: ProgressPattern? = nil, readUpTo: MicroTime? = nil) {
        self.pattern = pattern
        self.readUpTo = readUpTo
    }

    /// Reads what a log has to tell; lines that were read already are left out.
    public mutating func read(_ bytes: [UInt8]) -> MetricReading {
        var newest = readUpTo
        var lines: [ArraySlice<UInt8>] = []
        for line in bytes.split(separator: 0x0A) {
            let (time, text) = Self.split(line)
            if let time {
                // At the same microsecond there may be more lines; to read one twice does no harm.
                if let readUpTo, time < readUpTo { continue }
                newest = max(newest ?? time, time)
            }
            lines.append(contentsOf: text.split(separator: 0x0D))
        }
        readUpTo = newest
        var reading = MetricReading(measure: measure)
        for (name, value) in finds(lines) { reading.take(name, value) }
        measure = reading.measure
        return reading
    }

    /// All metrics of some lines, in order; of those that a pattern names, perhaps the newest alone.
    private func finds(_ lines: [ArraySlice<UInt8>]) -> [(name: String, value: MetricText)] {
        guard let pattern else {
            return lines.flatMap { line in
                line.count > Limit.line
                    ? [] : MetricScanner.finds(in: Self.withoutEscapes(line), most: Limit.metricsOfLine)
            }
        }
        var found: [[(name: String, value: MetricText)]] = []
        var seen: Set<String> = []
        // A pattern costs more than a look: it begins at the end.
        for line in lines.reversed() where line.count <= Limit.line {
            let text = String(decoding: Self.withoutEscapes(line), as: UTF8.self)
            let ofLine = pattern.finds(in: text, most: Limit.metricsOfLine).compactMap { name, value in
                MetricText(value).map { (name: name, value: $0) }
            }
            if ofLine.isEmpty { continue }
            found.append(ofLine)
            seen.formUnion(ofLine.lazy.map(\.name))
            if let names = pattern.names, names.isSubset(of: seen) { break }
        }
        return found.reversed().flatMap(\.self)
    }

    /// A line's time and its text; no time where it does not begin with one.
    private static func split(_ line: ArraySlice<UInt8>) -> (MicroTime?, ArraySlice<UInt8>) {
        guard let space = line.prefix(64).firstIndex(of: 0x20),
            let time = MicroTime(String(decoding: line[..<space], as: UTF8.self))
        else { return (nil, line) }
        return (time, line[(space + 1)...])
    }

    /// A line without the sequences that colour a terminal's text, and without blanks around it.
    private static func withoutEscapes(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(line.count)
        var rest = line.drop { $0 <= 0x20 && $0 != 0x1B }
        while let byte = rest.popFirst() {
            guard byte == 0x1B, rest.first == UInt8(ascii: "[") else {
                text.append(byte)
                continue
            }
            // Parameters, then the final byte (ECMA-48).
            rest = rest.dropFirst().drop { $0 >= 0x20 && $0 < 0x40 }.dropFirst()
        }
        while let last = text.last, last <= 0x20 { text.removeLast() }
        return text
    }
}
