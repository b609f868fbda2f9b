/// The API group of Fairlead's kinds and what it names.
public enum FairleadGroup {
    /// The group.
    public static let name = "fairlead.dev"
    /// The version in which the kinds are served and stored.
    public static let version = "v1alpha1"
    /// The category: `kubectl get fairlead` lists every kind.
    public static let category = "fairlead"

    /// The group and version as `apiVersion` spells them.
    public static var apiVersion: String { "\(name)/\(version)" }
}
