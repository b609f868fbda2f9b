import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What looks at the standard output.
struct Terminal: Sendable, Hashable {
    /// Whether lines can be drawn anew in place.
    var isInteractive: Bool
    /// Whether colours are wanted.
    var hasColor: Bool
    /// Characters a line.
    var width: Int
    /// Lines.
    var height: Int

    /// Describes what looks on.
    ///
    /// - Parameters:
    ///   - isTerminal: Whether it is a terminal at all.
    ///   - size: The terminal's own word about its size.
    ///   - environment: `TERM`, `NO_COLOR`, `COLUMNS` and `LINES` are looked at.
    init(isTerminal: Bool, size: (width: Int, height: Int)?, environment: [String: String]) {
        isInteractive = isTerminal && environment["TERM"] != "dumb"
        hasColor = isInteractive && environment["NO_COLOR", default: ""].isEmpty
        func number(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
        width = max(20, size?.width ?? number("COLUMNS") ?? 80)
        height = max(5, size?.height ?? number("LINES") ?? 24)
    }

    /// What looks on at this moment.
    static func current() -> Terminal {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var size = winsize()
        let isKnown = isTerminal && ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return Terminal(
            isTerminal: isTerminal, size: isKnown ? (Int(size.ws_col), Int(size.ws_row)) : nil,
            environment: ProcessInfo.processInfo.environment)
    }
}
