extension FairleadLabel {
    /// The Model's name.
    public static let model = "fairlead.dev/model"
    /// What makes a ModelVersion one of a task's: a registration that is repeated finds it by this label.
    public static let registration = "fairlead.dev/registration"
    /// The annotation of a ModelVersion that asks for an alias; honoured once, when the version is first seen.
    public static let requestedAlias = "fairlead.dev/requested-alias"
    /// The finalizer that keeps a ModelVersion until its number is noted and nothing uses it.
    public static let registryFinalizer = "fairlead.dev/registry"
}
