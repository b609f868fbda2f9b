extension Framework {
    /// The variables by which the processes find each other: a user who sets one breaks the gang.
    ///
    /// They are those of Kubeflow Trainer's versions 1 and 2 and of the MPI operator.
    ///
    /// - Parameter isElastic: Whether the job's processes meet anew when nodes come or go; else a rendezvous is the user's.
    func reservedVariables(isElastic: Bool) -> Set<String> {
        switch self {
        case .pytorch:
            Self.torch.union(isElastic ? Self.rendezvous : [])
        case .tensorflow: ["TF_CONFIG"]
        case .jax:
            [
                "COORDINATOR_ADDRESS", "COORDINATOR_PORT", "NUM_PROCESSES", "PROCESS_ID", "JAX_COORDINATOR_ADDRESS",
                "JAX_NUM_PROCESSES", "JAX_PROCESS_ID",
            ]
        case .xgboost: Self.tracker
        case .lightgbm: Self.tracker.union(["WORKER_ADDRS", "WORKER_PORT"])
        case .mpi, .deepspeed, .horovod: ["OMPI_MCA_orte_default_hostfile", "OMPI_MCA_plm_rsh_agent"]
        case .paddle:
            [
                "PADDLE_JOB_ID", "PADDLE_NNODES", "PADDLE_MASTER", "PADDLE_SERVER_NUM", "PADDLE_TRAINER_NUM",
            ]
        case .none: []
        }
    }

    private static let torch: Set<String> = [
        "MASTER_ADDR", "MASTER_PORT", "WORLD_SIZE", "RANK", "PET_MASTER_ADDR", "PET_MASTER_PORT", "PET_NODE_RANK",
        "PET_NNODES", "PET_NPROC_PER_NODE",
    ]

    private static let rendezvous: Set<String> = [
        "PET_RDZV_ENDPOINT", "PET_RDZV_BACKEND", "PET_RDZV_ID", "PET_STANDALONE",
    ]

    private static let tracker: Set<String> = [
        "MASTER_ADDR", "MASTER_PORT", "WORLD_SIZE", "RANK", "DMLC_TRACKER_URI", "DMLC_TRACKER_PORT", "DMLC_TASK_ID",
        "DMLC_NUM_WORKER",
    ]
}
