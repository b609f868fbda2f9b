/// Why a spec cannot be used: every field that is wrong, in the order in which they stand.
public struct InvalidSpec: Error, Sendable, Hashable, CustomStringConvertible {
    /// The wrong fields; never empty.
    public var fields: [InvalidField]

    /// Collects wrong fields.
    public init(_ fields: [InvalidField]) {
        self.fields = fields
    }

    /// A single wrong field.
    public init(path: String, message: String) {
        fields = [InvalidField(path: path, message: message)]
    }

    /// The first ten fields in one line, as a condition's message tells them.
    public var message: String {
        let shown = fields.prefix(10).map(\.description).joined(separator: "; ")
        return fields.count > 10 ? "\(shown); and \(fields.count - 10) more" : shown
    }

    public var description: String { message }
}
