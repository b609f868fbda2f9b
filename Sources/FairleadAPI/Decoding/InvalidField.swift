/// A field of an object that is wrong.
public struct InvalidField: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field's path, such as `spec.tasks[2].retry.max`.
    public var path: String
    /// What is wrong, and the nearest right thing where there is one.
    public var message: String

    /// Describes a wrong field.
    public init(path: String, message: String) {
        self.path = path
        self.message = message
    }

    public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
