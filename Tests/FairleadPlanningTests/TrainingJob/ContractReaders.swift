/// How the libraries read their environment, in Python, each as a function `read(environ)` that tells how many processes
/// there are, which one it is, and where it looks for others.
enum ContractReaders {
    /// `init_process_group("env://")`.
    static let torch = """
        def read(e):
            return dict(size=int(e["WORLD_SIZE"]), rank=int(e["RANK"]),
                        hosts=[e["MASTER_ADDR"]], port=int(e["MASTER_PORT"]))
        """

    /// `torchrun`, each of whose arguments defaults to a variable; elastic where it is given two numbers of nodes.
    static let torchrun = """
        def read(e):
            arg = lambda name, default="": e.get("PET_" + name.upper(), default)
            least, _, most = arg("nnodes", "1:1").partition(":")
            least, most = int(least), int(most or least)
            local = int(arg("nproc_per_node", "1"))
            if arg("rdzv_backend", "static") == "static":
                assert arg("rdzv_endpoint") == "" and least == most
                host, port = arg("master_addr"), int(arg("master_port"))
                return dict(size=most * local, rank=int(arg("node_rank")) * local, step=local, hosts=[host], port=port)
            host, port = arg("rdzv_endpoint").rsplit(":", 1)
            assert arg("rdzv_id") and arg("rdzv_backend") == "c10d"
            assert not set(e) & {"RANK", "WORLD_SIZE", "PET_NODE_RANK", "MASTER_ADDR", "PET_MASTER_ADDR"}
            return dict(size=most, least=least, hosts=[host], port=int(port))
        """

    /// `TFConfigClusterResolver`: ranks are not TensorFlow's, but its tasks are counted in the order of the cluster.
    static let tensorflow = """
        def read(e):
            config = json.loads(e["TF_CONFIG"])
            cluster = {}
            for job, tasks in config["cluster"].items():
                cluster[job] = {int(i): a for i, a in (tasks.items() if isinstance(tasks, dict) else enumerate(tasks))}
            task, index = config["task"]["type"], config["task"]["index"]
            order = [(job, i) for job in ("chief", "worker", "ps") for i in sorted(cluster.get(job, {}))]
            addresses = [cluster[job][i] for job, i in order]
            assert len(set(addresses)) == len(addresses) and config["environment"] == "cloud"
            rank = None if task == "evaluator" else order.index((task, index))
            return dict(size=len(order), rank=rank, task=[task, index], hosts=[a.split(":")[0] for a in addresses],
                        port=int(addresses[0].split(":")[1]))
        """

    /// `jax.distributed.initialize()`, and programs that hand over the older names themselves.
    static let jax = """
        def read(e):
            host, port = e["JAX_COORDINATOR_ADDRESS"].rsplit(":", 1)
            size, rank = int(e["JAX_NUM_PROCESSES"]), int(e["JAX_PROCESS_ID"])
            assert (host, port) == (e["COORDINATOR_ADDRESS"], e["COORDINATOR_PORT"])
            assert (size, rank) == (int(e["NUM_PROCESSES"]), int(e["PROCESS_ID"])) and rank < size
            return dict(size=size, rank=rank, hosts=[host], port=int(port))
        """

    /// `xgboost.collective` with its tracker, and programs of the older operator.
    static let xgboost = """
        def read(e):
            tracker = dict(dmlc_tracker_uri=e["DMLC_TRACKER_URI"], dmlc_tracker_port=int(e["DMLC_TRACKER_PORT"]))
            assert tracker["dmlc_tracker_uri"] == e["MASTER_ADDR"] and e["DMLC_TASK_ID"] == e["RANK"]
            assert tracker["dmlc_tracker_port"] == int(e["MASTER_PORT"])
            assert int(e["DMLC_NUM_WORKER"]) % int(e["WORLD_SIZE"]) == 0
            return dict(size=int(e["WORLD_SIZE"]), rank=int(e["RANK"]), hosts=[e["MASTER_ADDR"]],
                        port=int(e["MASTER_PORT"]), workers=int(e["DMLC_NUM_WORKER"]))
        """

    /// What LightGBM's parameter `machines` is made of.
    static let lightgbm = """
        def read(e):
            machines = [e["MASTER_ADDR"] + ":" + e["MASTER_PORT"]]
            machines += [a + ":" + e["WORKER_PORT"] for a in e.get("WORKER_ADDRS", "").split(",") if a]
            assert len(set(machines)) == len(machines) == int(e["WORLD_SIZE"])
            return dict(size=len(machines), rank=int(e["RANK"]), hosts=[m.split(":")[0] for m in machines],
                        port=int(e["MASTER_PORT"]))
        """

    /// `paddle.distributed.launch`: whoever's own address the master is, serves.
    static let paddle = """
        def read(e):
            host, port = e["PADDLE_MASTER"].split(":")
            assert e["PADDLE_JOB_ID"]
            return dict(size=int(e["PADDLE_NNODES"]), hosts=[host], port=int(port),
                        servers=int(e.get("PADDLE_SERVER_NUM", 0)), trainers=int(e.get("PADDLE_TRAINER_NUM", 0)))
        """
}
