public import KubernetesCore

/// The ClusterServingRuntimes that come with Fairlead.
public enum ShippedRuntimes {
    /// The objects, as they are applied.
    ///
    /// - Throws: ``ManifestError``.
    public static func objects() throws(ManifestError) -> [JSONValue] { try ManifestReader.read(manifests) }
}
