/// Lines that are drawn in place of the last ones.
struct LiveFrame: Sendable {
    private var drawnLines = 0

    /// The escape sequences that replace the last drawing by a new one.
    mutating func text(_ lines: [StyledLine], width: Int, hasColor: Bool) -> String {
        var text = ""
        if drawnLines > 0 { text += "\u{1B}[\(drawnLines)A\r\u{1B}[J" }
        for line in lines { text += line.text(width: width - 1, hasColor: hasColor) + "\n" }
        drawnLines = lines.count
        return text
    }
}
