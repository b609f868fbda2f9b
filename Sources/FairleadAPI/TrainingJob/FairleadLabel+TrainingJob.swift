extension FairleadLabel {
    /// The TrainingJob's name.
    public static let trainingJob = "fairlead.dev/trainingjob"
    /// The pod's role in its job.
    public static let role = "fairlead.dev/role"
    /// The pod's index in its role.
    public static let index = "fairlead.dev/index"
}
