/// What the kernel tells of a process in `/proc/<pid>/stat`.
struct ProcessStat: Sendable, Hashable {
    var process: Int32
    var parent: Int32
    /// The first process of its session.
    var session: Int32
    /// The clock ticks that it has used, and those of its children that have ended and been waited for.
    var ticks: Double
    /// When it began, in clock ticks since the host did.
    var startTicks: Double
    /// The pages that it has in memory.
    var pages: Int64

    /// Reads the file's text; nil where it is none.
    init?(_ bytes: [UInt8]) {
        // The program's name stands in parentheses and may hold anything, blanks and parentheses too.
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")),
            let process = Int32(String(decoding: bytes.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self))
        else { return nil }
        let fields = String(decoding: bytes[end...].dropFirst(), as: UTF8.self).split(separator: " ")
        // Numbered as proc(5) does: the first field behind the name is the third.
        guard fields.count > 21 else { return nil }
        func number(_ field: Int) -> Int64? { Int64(fields[field - 3]) }
        let used = (14...17).compactMap(number)
        guard let parent = number(4).flatMap(Int32.init(exactly:)),
            let session = number(6).flatMap(Int32.init(exactly:)),
            used.count == 4, let start = number(22), let pages = number(24)
        else { return nil }
        self.process = process
        self.parent = parent
        self.session = session
        ticks = used.reduce(0) { $0 + Double($1) }
        startTicks = Double(start)
        self.pages = pages
    }
}
