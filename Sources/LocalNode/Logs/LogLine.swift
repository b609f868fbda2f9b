/// A line of a container's log as it lies on disk: `TIME STREAM F|P TEXT`.
struct LogLine: Sendable, Hashable {
    /// RFC 3339 with nine digits, as written.
    var time: ArraySlice<UInt8>
    /// Whether the text ends a line, or goes on in the next one.
    var isWhole: Bool
    var text: ArraySlice<UInt8>

    /// Reads a line without its end; nil where it is none of ours.
    init?(_ line: ArraySlice<UInt8>) {
        let space = UInt8(ascii: " ")
        guard let first = line.firstIndex(of: space) else { return nil }
        let afterTime = line[(first + 1)...]
        guard let second = afterTime.firstIndex(of: space) else { return nil }
        let afterStream = afterTime[(second + 1)...]
        guard afterStream.count >= 2, let tag = afterStream.first else { return nil }
        time = line[..<first]
        isWhole = tag == UInt8(ascii: "F")
        text = afterStream.dropFirst(2)
    }
}
