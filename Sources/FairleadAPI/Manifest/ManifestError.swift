/// Why a text is no manifest.
public struct ManifestError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public var message: String
    /// The line, counted from 1; nil where it is not known.
    public var line: Int?

    public var description: String { line.map { "line \($0): \(message)" } ?? message }
}
