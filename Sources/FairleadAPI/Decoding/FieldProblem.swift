/// What is wrong with a value, thrown inside a `DecodingError`, which carries the path.
struct FieldProblem: Error, Hashable {
    var message: String

    init(_ message: String) { self.message = message }

    /// The error that a decoder's user throws.
    func error(at decoder: any Decoder) -> DecodingError {
        error(at: decoder.codingPath)
    }

    /// The error for a path.
    func error(at path: [any CodingKey]) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: path, debugDescription: message, underlyingError: self))
    }
}
