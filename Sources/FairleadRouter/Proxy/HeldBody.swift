import NIOCore

/// The beginning of a request's body, kept for another attempt and for the mirror.
struct HeldBody {
    private(set) var parts: [ByteBuffer] = []
    private(set) var bytes = 0
    /// Whether it is all that came so far.
    private(set) var isWhole = true

    /// Keeps a part.
    mutating func take(_ part: ByteBuffer) {
        guard isWhole else { return }
        parts.append(part)
        bytes += part.readableBytes
    }

    /// Lets all go where it is more than a bound.
    mutating func bound(to limit: Int) { if bytes > limit { drop() } }

    /// Lets all go.
    mutating func drop() {
        parts = []
        bytes = 0
        isWhole = false
    }
}
