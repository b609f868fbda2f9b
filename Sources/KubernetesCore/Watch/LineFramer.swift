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
        let isWithinLimit =
            chunk.withContiguousStorageIfAvailable { cut($0, &lines) }
            ?? Array(chunk).withUnsafeBufferPointer { cut($0, &lines) }
        guard isWithinLimit else { throw LineTooLong(limit: limit) }
        return lines
    }

    /// Over the bytes themselves: the same over a collection of any kind costs a call for each byte.
    ///
    /// - Returns: Whether every line is within the limit.
    private mutating func cut(_ chunk: UnsafeBufferPointer<UInt8>, _ lines: inout [[UInt8]]) -> Bool {
        var rest = chunk[...]
        while let end = rest.firstIndex(of: 0x0A) {
            pending.append(contentsOf: rest[..<end])
            if pending.count > limit { return false }
            if !pending.isEmpty { lines.append(pending) }
            pending = []
            rest = rest[(end + 1)...]
        }
        pending.append(contentsOf: rest)
        return pending.count <= limit
    }

    /// What came behind the last line's end.
    public var remainder: [UInt8] { pending }
}
