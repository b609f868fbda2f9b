/// The names of the roles that pods of a job can have.
public enum RoleName {
    /// What every job has.
    public static let worker = "worker"
    /// PyTorch's rank 0.
    public static let master = "master"
    /// TensorFlow's first worker.
    public static let chief = "chief"
    /// Parameter servers.
    public static let ps = "ps"
    /// TensorFlow's evaluator, which takes no part in training.
    public static let evaluator = "evaluator"
    /// The pod that starts the processes on the workers.
    public static let launcher = "launcher"

    /// The roles that lead a job where it has them; worker 0 does where it has none.
    public static let leaders = [chief, launcher, master]
}
