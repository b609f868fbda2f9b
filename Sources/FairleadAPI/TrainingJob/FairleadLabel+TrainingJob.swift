extension FairleadLabel {
    /// The identity of a pod's job: pods of an earlier job of the same name may still be about to end.
    public static let trainingJobUID = "fairlead.dev/trainingjob-uid"
    /// The TrainingJob's name.
    public static let trainingJob = "fairlead.dev/trainingjob"
    /// The pod's role in its job.
    public static let role = "fairlead.dev/role"
    /// The pod's index in its role.
    public static let index = "fairlead.dev/index"
}
