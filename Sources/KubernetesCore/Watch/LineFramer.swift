/// Cuts a stream of bytes into lines at `0x0A`, whatever the chunks in which it arrives.
public struct LineFramer: Sendable {
    /// A line longer than the limit.
    public struct LineTooLong: Error, Hashable, Sendable {
        /// The limit in bytes.
        public var limit: Int
    }

    private var pending: [UInt8] = []
    private let limit: Int

    /// A framer that refuses lines over `limit` bytes.
    public init(limit: Int = 8 << 20) {
        self.limit = limit
    }

    /// Takes a chunk and returns the lines that it completes, without their ends; empty lines are left out.
    ///
    /// - Throws: ``LineTooLong``.
    public mutating func push(_ chunk: some Collection<UInt8>) throws(LineTooLong) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = chunk[...]
        while let end = rest.firstIndex(of: 0x0A) {
            pending.append(contentsOf: rest[..<end])
            if pending.count > limit { throw LineTooLong(limit: limit) }
            if !pending.isEmpty { lines.append(pending) }
            pending = []
            rest = rest[rest.index(after: end)...]
        }
        pending.append(contentsOf: rest)
        if pending.count > limit { throw LineTooLong(limit: limit) }
        return lines
    }

    /// What came behind the last line's end.
    public var remainder: [UInt8] { pending }
}
