/// Prometheus' text exposition format 0.0.4.
enum TextFormat {
    /// Writes a metric: what it means, then its series in the order of their labels' values.
    static func write(_ family: MetricFamily, to text: inout String) {
        let declaration = family.declaration
        text += "# HELP \(declaration.name) \(escaped(declaration.help, quotes: false))\n"
        text += "# TYPE \(declaration.name) \(declaration.kind.rawValue)\n"
        for (values, series) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let labels = Array(zip(declaration.labels, values))
            switch series {
            case .value(let value): line(declaration.name, labels, value, to: &text)
            case .read(let read): line(declaration.name, labels, read(), to: &text)
            case .histogram(let counts): write(counts, declaration.name, labels, to: &text)
            }
        }
    }

    private static func write(
        _ counts: HistogramCounts, _ name: String, _ labels: [(String, String)], to text: inout String
    ) {
        var total: UInt64 = 0
        for (bound, count) in zip(counts.bounds + [.infinity], counts.counts) {
            total += count
            line("\(name)_bucket", labels + [("le", number(bound))], Double(total), to: &text)
        }
        line("\(name)_sum", labels, counts.sum, to: &text)
        line("\(name)_count", labels, Double(total), to: &text)
    }

    private static func line(_ name: String, _ labels: [(String, String)], _ value: Double, to text: inout String) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0)=\"\(escaped($1, quotes: true))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(number(value))\n"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\"" where quotes: output += "\\\""
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}
