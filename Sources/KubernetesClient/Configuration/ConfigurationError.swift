/// Why no cluster could be configured, with the place that is to be corrected.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, as a closed set.
    public enum Code: String, Sendable, Hashable {
        /// There is no configuration, or nothing of the name that was asked for.
        case notFound
        /// A file could not be read.
        case unreadable
        /// A file or field is not of the form that it must have.
        case malformed
        /// The fields contradict each other, or one is missing.
        case invalid
        /// The configuration asks for something that this client does not do.
        case unsupported
    }

    /// What went wrong.
    public var code: Code
    /// The file to correct.
    public var file: String?
    /// The kubeconfig's context that was being resolved.
    public var context: String?
    /// The field to correct, such as `users[admin].user.client-key-data`.
    public var field: String?
    /// For people, without file, context and field.
    public var message: String

    /// Describes what is wrong and where.
    public init(
        _ code: Code, _ message: String, file: String? = nil, context: String? = nil, field: String? = nil
    ) {
        self.code = code
        self.message = message
        self.file = file
        self.context = context
        self.field = field
    }

    public var description: String {
        var places: [String] = []
        if let file { places.append(file) }
        if let context { places.append("context \"\(context)\"") }
        if let field { places.append(field) }
        return places.isEmpty ? message : "\(places.joined(separator: ", ")): \(message)"
    }
}
