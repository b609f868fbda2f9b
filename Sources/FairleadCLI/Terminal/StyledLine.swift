/// A line of text in colours, which can be cut to a width.
struct StyledLine: Sendable, Hashable {
    /// What a piece of text means.
    enum Style: Sendable, Hashable {
        case plain, strong, good, bad, active, faint

        /// The parameters of the terminal's "select graphic rendition".
        var code: String? {
            switch self {
            case .plain: nil
            case .strong: "1"
            case .good: "32"
            case .bad: "31"
            case .active: "36"
            case .faint: "2"
            }
        }
    }

    private struct Piece: Sendable, Hashable {
        var text: String
        var style: Style
    }

    private var pieces: [Piece] = []

    /// An empty line.
    init() {}

    /// A line of one style.
    init(_ text: String, _ style: Style = .plain) { append(text, style) }

    /// Adds text at the end; what would break the line or speak to the terminal becomes blank.
    mutating func append(_ text: String, _ style: Style = .plain) {
        let clean = String(
            text.map { character in
                character.isNewline || character.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
                    ? " " : character
            })
        pieces.append(Piece(text: clean, style: style))
    }

    /// How many characters it has.
    var count: Int { pieces.reduce(0) { $0 + $1.text.count } }

    /// The text.
    ///
    /// - Parameters:
    ///   - width: The most characters; the last one of a line that is cut is `…`.
    ///   - hasColor: Whether styles are shown.
    func text(width: Int? = nil, hasColor: Bool = false) -> String {
        var room = width ?? Int.max
        let isCut = count > room
        if isCut { room -= 1 }
        var line = ""
        for piece in pieces where room > 0 {
            let text = String(piece.text.prefix(room))
            room -= text.count
            if hasColor, let code = piece.style.code, !text.isEmpty {
                line += "\u{1B}[\(code)m\(text)\u{1B}[0m"
            } else {
                line += text
            }
        }
        if isCut { return line + "…" }
        while line.last == " " { line.removeLast() }
        return line
    }
}
