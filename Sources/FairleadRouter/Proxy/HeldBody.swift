import NIOCore

/// The beginning of a request's body, kept for another attempt and for the mirror.
struct HeldBody {
    /// Apart from the rest: most bodies come in one part, and need no list.
    private var first: ByteBuffer?
    private var rest: [ByteBuffer] = []
    private(set) var bytes = 0
    /// Whether it is all that came so far.
    private(set) var isWhole = true

    /// In order.
    var parts: [ByteBuffer] { first.map { [$0] + rest } ?? [] }

    /// Keeps a part.
    mutating func take(_ part: ByteBuffer) {
        guard isWhole else { return }
        if first == nil {
            first = part
        } else {
            rest.append(part)
        }
        bytes += part.readableBytes
    }

    /// Lets all go where it is more than a bound.
    mutating func bound(to limit: Int) { if bytes > limit { drop() } }

    /// Lets all go.
    mutating func drop() {
        first = nil
        rest = []
        bytes = 0
        isWhole = false
    }
}
