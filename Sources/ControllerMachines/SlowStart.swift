/// Batches of 1, 2, 4, … up to a cap, so that a refusal that will hit every request costs one request.
public struct SlowStart: Sendable, Hashable {
    private let count: Int
    private let cap: Int
    private var position = 0
    private var size: Int
    private var hasFailed = false

    /// Plans batches over `count` requests.
    public init(count: Int, initial: Int = 1, cap: Int = 500) {
        self.count = max(0, count)
        self.cap = max(1, cap)
        size = min(max(1, initial), self.cap)
    }

    /// The indices of the next batch; nil at the end or after a failure.
    public mutating func nextBatch() -> Range<Int>? {
        guard !hasFailed, position < count else { return nil }
        let end = position + min(size, count - position)
        let batch = position..<end
        position = end
        size = size > cap / 2 ? cap : size * 2
        return batch
    }

    /// Notes that a request of the last batch failed: no batch follows.
    public mutating func fail() { hasFailed = true }

    /// How many requests were never handed out.
    public var skipped: Int { count - position }
}
