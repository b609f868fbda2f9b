public import FairleadAPI

/// A model that a revision serves, with everything decided that a reference leaves open.
public struct ResolvedModel: Sendable, Hashable, Codable {
    /// The registered version, such as `churn:7`; nil for files that are in no registry.
    public var reference: String?
    /// Where its files are.
    public var uri: String
    /// Their digest, where it is known.
    public var digest: String?
    /// Their format, such as `sklearn`.
    public var format: String?
    /// The format's version.
    public var formatVersion: String?

    /// Describes files.
    public init(
        reference: String? = nil, uri: String, digest: String? = nil, format: String? = nil,
        formatVersion: String? = nil
    ) {
        self.reference = reference
        self.uri = uri
        self.digest = digest
        self.format = format
        self.formatVersion = formatVersion
    }

    /// What a registered version is.
    public init(_ version: ModelVersionSpec) {
        self.init(
            reference: "\(version.model):\(version.version.text)", uri: version.uri, digest: version.digest,
            format: version.format)
    }

    /// For columns: the version, else the URI.
    public var name: String { reference ?? uri }

    /// The version's number.
    public var version: String? { reference.flatMap { $0.split(separator: ":").last }.map(String.init) }
}

extension ModelReference {
    /// The version that a follower should serve now: for an alias that is on its way the one to which it goes.
    ///
    /// - Parameters:
    ///   - model: The Model, nil where there is none.
    ///   - names: Those that there are, for advice.
    ///   - version: Finds a version of it by its number.
    public func follow(
        model object: Model?, among names: @autoclosure () -> [String] = [], version find: (Int64) -> ModelVersion?
    ) -> ModelResolution {
        guard case .alias(let alias) = selector,
            let target = object?.status.aliases[alias]?.target.flatMap(ModelName.number), let version = find(target),
            version.spec.value != nil
        else { return resolve(model: object, among: names(), version: find) }
        return .found(version)
    }
}
