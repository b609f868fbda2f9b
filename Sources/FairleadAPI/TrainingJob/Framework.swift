/// The library by which a job's processes find each other, spelt as its makers do.
public enum Framework: String, NamedValue {
    case pytorch
    case tensorflow
    case jax
    case xgboost
    case lightgbm
    case mpi
    case deepspeed
    case horovod
    case paddle
    case none

    /// The roles that a job may have beside what it must: in the order of their ranks.
    ///
    /// Every job has `worker`. PyTorch's `master` is a worker by another name, kept from Kubeflow's first version.
    public var roles: [String] {
        switch self {
        case .pytorch: [RoleName.master, RoleName.worker]
        case .tensorflow: [RoleName.chief, RoleName.worker, RoleName.ps, RoleName.evaluator]
        case .mpi, .deepspeed, .horovod: [RoleName.launcher, RoleName.worker]
        case .paddle: [RoleName.ps, RoleName.worker]
        case .jax, .xgboost, .lightgbm, .none: [RoleName.worker]
        }
    }

    /// Whether a pod of its own starts the processes on the workers.
    public var hasLauncher: Bool { roles.contains(RoleName.launcher) }

    /// Whether the processes of a node are told how many they are.
    public var countsProcesses: Bool {
        switch self {
        case .pytorch, .xgboost, .mpi, .deepspeed, .horovod, .paddle: true
        case .tensorflow, .jax, .lightgbm, .none: false
        }
    }

    /// Whether the library bears that workers come and go.
    public var isElastic: Bool {
        switch self {
        case .pytorch, .tensorflow, .horovod: true
        case .jax, .xgboost, .lightgbm, .mpi, .deepspeed, .paddle, .none: false
        }
    }
}
