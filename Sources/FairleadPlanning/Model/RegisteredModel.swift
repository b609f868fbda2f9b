public import FairleadAPI

/// A version that was registered.
public struct RegisteredModel: Sendable, Hashable {
    /// The Model's name.
    public var model: String
    /// The version's number.
    public var version: Int64
    /// Where its files are.
    public var uri: String

    /// Names a version.
    public init(model: String, version: Int64, uri: String) {
        self.model = model
        self.version = version
        self.uri = uri
    }

    /// The ModelVersion's name, such as `churn-8`.
    public var name: String { ModelName.version(model, version) }

    /// The reference to it, `churn:8`.
    public var reference: ModelReference { ModelReference(model: model, .version(version)) }
}
