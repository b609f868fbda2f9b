import FairleadAPI
import Foundation

/// The key of a computation: equal keys mean equal outcomes.
public struct CacheKey: Sendable, Hashable {
    /// 64 hexadecimal digits.
    public let digest: String

    /// The prefix of the ConfigMaps that hold entries.
    public static let namePrefix = "fairlead-cache-"

    /// The key of a computation whose code was resolved.
    ///
    /// - Parameters:
    ///   - computation: What is computed, as ``Computation`` digests it.
    ///   - commit: The commit of its code, nil where it has none.
    init(computation: String, commit: String?) {
        digest = ContentDigest.hexadecimal("\(computation)\n\(commit ?? "")".utf8)
    }

    /// The name of the ConfigMap that holds the entry.
    public var name: String { Self.namePrefix + digest.prefix(40) }
}

extension ContainerSpec {
    /// What a cache entry says about an image that may change under its name, nil where it has a digest.
    var imageNote: String? {
        guard let image, !image.contains("@sha256:") else { return nil }
        return "image tag without digest: \(image)"
    }
}
