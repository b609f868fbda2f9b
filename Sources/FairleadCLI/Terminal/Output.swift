import Foundation

/// Writes for people and programs: what was asked for to the standard output, everything else to the standard error.
enum Output {
    /// Nobody reads the standard output any more.
    struct Closed: Error {}

    /// Writes text as it is.
    ///
    /// - Throws: ``Closed``.
    static func write(_ text: String) throws {
        try write(Data(text.utf8))
    }

    /// Writes bytes as they are.
    ///
    /// - Throws: ``Closed``.
    static func write(_ bytes: Data) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: bytes)
        } catch {
            throw Closed()
        }
    }

    /// Writes a line.
    ///
    /// - Throws: ``Closed``.
    static func line(_ text: String) throws { try write(text.hasSuffix("\n") ? text : text + "\n") }

    /// Writes lines.
    ///
    /// - Throws: ``Closed``.
    static func lines(_ lines: [String]) throws {
        if !lines.isEmpty { try write(lines.joined(separator: "\n") + "\n") }
    }

    /// Writes a line to the standard error; one that nobody reads is no error.
    static func note(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
    }
}
