/// A table as kubectl prints it: columns three blanks apart, no lines.
struct TextTable: Sendable, Hashable {
    private var rows: [[String]]

    /// A table with a heading.
    init(_ heading: [String]) { rows = [heading] }

    /// Adds a row; an empty cell shows nothing.
    mutating func add(_ row: [String]) { rows.append(row) }

    /// The lines, the heading first.
    var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 3)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
