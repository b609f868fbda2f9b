extension FairleadLabel {
    /// The InferenceService's name.
    public static let inferenceService = "fairlead.dev/inferenceservice"
    /// The revision's name.
    public static let revision = "fairlead.dev/revision"
    /// The component: `predictor`, `transformer` or `explainer`.
    public static let component = "fairlead.dev/component"
    /// The variant's name.
    public static let variant = "fairlead.dev/variant"
    /// Set to `true` on the ConfigMaps in which routers report.
    public static let routerReport = "fairlead.dev/router-report"
}
