import FairleadAPI
import KubernetesCore

/// How a launcher starts processes on the workers: over SSH, with a key of the job's own.
///
/// MPI, DeepSpeed and Horovod share it. Each worker runs `sshd` as the pod's plain user; the launcher's command runs when
/// they do, and finds them in a hostfile. `mpirun` of Open MPI 4 and 5, of MPICH and of Intel MPI are told by variables.
struct MPIContract: FrameworkContract {
    private static let port = 2222
    private static let volume = "ssh"
    private static let key = "ssh-key"
    private static let hosts = "/etc/mpi"
    private static let retries = "-o ConnectionAttempts=10"

    private let layout: JobLayout
    private let workers: [String]

    init(_ layout: JobLayout) {
        self.layout = layout
        workers = layout.addresses(RoleName.worker)
    }

    /// The name of the Secret with the job's key.
    ///
    /// It is another one for each job of a name: nobody but the pods may read Secrets, so that the key of an earlier job
    /// could not be told from this one's.
    static func secretName(_ job: ObjectMeta) -> String {
        PodNaming.name(run: job.name, task: "ssh", unique: "\(job.uid)/ssh")
    }

    func additions(for member: JobMember) -> PodAdditions {
        var additions = PodAdditions()
        let isLauncher = member.role == RoleName.launcher
        if isLauncher { launch(&additions) } else if layout.fixed.servesWorkers { serve(&additions) }
        additions.set("K_MPI_JOB_ROLE", isLauncher ? "launcher" : "worker")
        let secret: JSONValue = ["secret": ["secretName": .string(Self.secretName(layout.job))]]
        additions.volumes.append(PodAdditions.Volume(name: Self.key, source: secret, path: SSHFiles.keyFolder))
        let configMap = PodNaming.specName(run: layout.job.name)
        additions.mount(SSHFiles.names, of: configMap, as: Self.volume, at: SSHFiles.folder)
        // Where every ssh looks, whoever starts it.
        additions.volumes.append(
            PodAdditions.Volume(name: Self.volume, path: "/etc/ssh/ssh_config", subPath: SSHFiles.clientConfig))
        return additions
    }

    private func serve(_ additions: inout PodAdditions) {
        additions.container["command"] = ["sh", .string("\(SSHFiles.folder)/\(SSHFiles.serverScript)")]
        additions.container["args"] = []
        // Where pods share a host's ports, each serves at its own address.
        additions.environment.append([
            "name": "FAIRLEAD_POD_IP", "valueFrom": ["fieldRef": ["fieldPath": "status.podIP"]],
        ])
        additions.listen("ssh", at: Self.port)
        additions.container["readinessProbe"] = [
            "tcpSocket": ["port": .integer(Int64(Self.port))], "periodSeconds": 2,
        ]
    }

    private func launch(_ additions: inout PodAdditions) {
        additions.wrapper = ["sh", "\(SSHFiles.folder)/\(SSHFiles.launchScript)"]
        let configMap = PodNaming.specName(run: layout.job.name)
        additions.mount(["hostfile", "hosts", "discover_hosts.sh"], of: configMap, as: "hosts", at: Self.hosts)
        if layout.fixed.spec.framework == .deepspeed {
            additions.mount(["hostfile"], of: configMap, as: "deepspeed-hosts", at: "/job")
            additions.set("PDSH_RCMD_TYPE", "ssh")
        }
        let slots = String(layout.fixed.processes)
        for prefix in ["OMPI_MCA_orte", "PRTE_MCA_prte"] {
            additions.set("\(prefix)_default_hostfile", "\(Self.hosts)/hostfile")
            additions.set("\(prefix)_keep_fqdn_hostnames", "true")
            additions.set("\(prefix)_set_default_slots", slots)
        }
        additions.set("OMPI_MCA_plm_rsh_args", Self.retries)
        additions.set("PRTE_MCA_plm_ssh_args", Self.retries)
        additions.set("I_MPI_HYDRA_HOST_FILE", "\(Self.hosts)/hosts")
        additions.set("I_MPI_HYDRA_BOOTSTRAP_EXEC_EXTRA_ARGS", Self.retries)
        additions.set("I_MPI_PERHOST", slots)
        additions.set("HYDRA_HOST_FILE", "\(Self.hosts)/hosts")
        additions.set("HYDRA_LAUNCH_EXTRA_ARGS", Self.retries)
        // An image that asks for all GPUs would see them without having been given one.
        if layout.fixed.containers[RoleName.launcher]?.resources?.gpu == "0" {
            additions.set("NVIDIA_VISIBLE_DEVICES", "")
            additions.set("NVIDIA_DRIVER_CAPABILITIES", "")
        }
    }

    var files: [String: String] {
        let slots = layout.fixed.processes
        var files = SSHFiles.files(port: Self.port)
        files["hostfile"] = workers.map { "\($0) slots=\(slots)\n" }.joined()
        files["hosts"] = workers.map { "\($0):\(slots)\n" }.joined()
        let all = (0..<layout.fixed.spec.workerRange.upperBound).map { layout.address(RoleName.worker, $0) }
        files["discover_hosts.sh"] = SSHFiles.discovery(all, slots: slots)
        return files
    }
}
