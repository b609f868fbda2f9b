/// Why a text is no expression.
struct SyntaxFailure: Error {
    let message: String
    /// Where, in scalars.
    let offset: Int

    init(_ message: String, at offset: Int) {
        self.message = message
        self.offset = offset
    }
}

/// The places where the lines of a text begin.
struct LineMap: Sendable, Hashable {
    private let starts: [Int]

    init(_ scalars: [Unicode.Scalar]) {
        starts = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
    }

    /// The line and column of a place.
    func position(_ offset: Int) -> SourcePosition {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return SourcePosition(line: low + 1, column: offset - starts[low] + 1)
    }
}
