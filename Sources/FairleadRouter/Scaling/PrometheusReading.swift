import Foundation

/// Reads one metric out of Prometheus' text format.
enum PrometheusReading {
    /// The sum of a metric's samples over all of their labels; nil where there is none.
    ///
    /// - Parameters:
    ///   - name: The metric's name; a colon may be part of it.
    ///   - text: What a pod's `/metrics` answers.
    static func sum(of name: String, in text: [UInt8]) -> Double? {
        let wanted = Array(name.utf8)
        guard !wanted.isEmpty else { return nil }
        var sum: Double?
        for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: wanted) {
            guard let value = value(line.dropFirst(wanted.count)), value.isFinite else { continue }
            sum = (sum ?? 0) + value
        }
        return sum
    }

    /// The value of a sample whose name was taken off: labels in braces, the value, and perhaps a time.
    private static func value(_ rest: ArraySlice<UInt8>) -> Double? {
        var rest = rest
        if rest.first == UInt8(ascii: "{") {
            guard let end = endOfLabels(rest) else { return nil }
            rest = rest[end...].dropFirst()
        } else if rest.first != UInt8(ascii: " "), rest.first != UInt8(ascii: "\t") {
            // A longer name that begins alike.
            return nil
        }
        let words = rest.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
        return words.first.flatMap { Double(String(decoding: $0, as: UTF8.self)) }
    }

    /// Where the labels end: a brace inside of a quoted value does not end them.
    private static func endOfLabels(_ labels: ArraySlice<UInt8>) -> Int? {
        var isQuoted = false
        var isEscaped = false
        for (index, byte) in zip(labels.indices, labels) {
            if isEscaped {
                isEscaped = false
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if !isQuoted, byte == UInt8(ascii: "}") {
                return index
            }
        }
        return nil
    }
}
