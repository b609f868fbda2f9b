import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

@Suite struct MPIContractTests {
    private static let simple = "{framework: mpi, image: mpi, command: [mpirun, solve], nodes: 3, processesPerNode: 2}"

    @Test(arguments: ["mpi", "deepspeed", "horovod"]) func launcher(_ framework: String) throws {
        let fixture = try JobFixture(
            "{framework: \(framework), image: mpi, command: [mpirun, \"a b\"], args: [$x], nodes: 2, resources: {gpu: 4}}"
        )
        #expect(fixture.fixed.members.map(\.role) == ["launcher", "worker", "worker"])
        #expect(fixture.fixed.members.map { fixture.fixed.waitsForOthers($0) } == [true, false, false])
        let main = try #require(try fixture.pod("launcher").container("main"))
        #expect(main["command"] == ["sh", "/fairlead/ssh/launch.sh", "mpirun", "a b"])
        #expect(main["args"] == ["$x"])
        #expect(main.variable("OMPI_MCA_orte_default_hostfile") == "/etc/mpi/hostfile")
        #expect(main.variable("OMPI_MCA_orte_set_default_slots") == "4")
        #expect(main.variable("OMPI_MCA_orte_keep_fqdn_hostnames") == "true")
        #expect(main.variable("OMPI_MCA_plm_rsh_args") == "-o ConnectionAttempts=10")
        #expect(main.variable("NVIDIA_VISIBLE_DEVICES")?.isEmpty == true)
        #expect(main.variable("K_MPI_JOB_ROLE") == "launcher")
        #expect(main[path: ["resources", "limits"]] == ["nvidia.com/gpu": "0"])
        #expect(main["readinessProbe"] == nil)
    }

    @Test func worker() throws {
        let fixture = try JobFixture("{framework: mpi, image: mpi, python: solve(), nodes: 3, resources: {gpu: 4}}")
        let main = try #require(try fixture.pod("worker", 2).container("main"))
        #expect(main["command"] == ["sh", "/fairlead/ssh/serve.sh"])
        #expect(main[path: ["readinessProbe", "tcpSocket", "port"]] == 2222)
        #expect(main.variable("K_MPI_JOB_ROLE") == "worker")
        #expect(main.variable("OMPI_MCA_orte_default_hostfile") == nil)
        #expect(main[path: ["resources", "limits"]] == ["nvidia.com/gpu": "4"])
        // mpirun may start the script there.
        let spec = try #require(try fixture.pod("worker")[path: ["spec", "volumes"]]?.arrayValue)
        let items = spec.first { $0["name"] == "spec" }?[path: ["configMap", "items"]]?.arrayValue ?? []
        #expect(items.contains { $0["key"] == "script.worker" })
    }

    @Test func ownWorker() throws {
        let fixture = try JobFixture(
            """
            {framework: mpi, image: mpi, command: [mpirun], nodes: 3, roles: {worker: {command: [/usr/sbin/sshd, -De]},
             launcher: {resources: {cpu: 1}}}}
            """)
        let main = try #require(try fixture.pod("worker").container("main"))
        #expect(main["command"] == ["/usr/sbin/sshd", "-De"])
        let launcher = try #require(try fixture.pod("launcher").container("main"))
        #expect(launcher[path: ["resources", "requests"]] == ["cpu": "1"])
    }

    @Test func needsProgram() throws {
        #expect(throws: TaskProblem.self) { try JobFixture("{framework: mpi, image: mpi, nodes: 3}") }
    }

    @Test func hostfiles() throws {
        let files = try JobFixture(Self.simple).files()
        let hosts = (0..<3).map { "resnet-worker-\($0).resnet-nodes" }
        #expect(files["hostfile"]?.split(separator: "\n").map(String.init) == hosts.map { "\($0) slots=2" })
        #expect(files["hosts"]?.split(separator: "\n").map(String.init) == hosts.map { "\($0):2" })
    }

    /// Whatever a user wrote, it stands in none of the scripts.
    @Test func scriptsAreSound() throws {
        let files = try JobFixture(
            """
            {framework: horovod, image: "$(evil)", command: ["; rm -rf /", "`x`"], nodes: 2,
             elastic: {minNodes: 1, maxNodes: 3}}
            """
        ).files()
        for name in ["serve.sh", "launch.sh", "session.sh", "discover_hosts.sh"] {
            let text = try #require(files[name])
            #expect(!text.contains("rm -rf") && !text.contains("evil"))
            let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).sh")
            try text.write(to: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(at: file) }
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-n", file.path()]
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(name)")
        }
        #expect(files["discover_hosts.sh"]?.contains("resnet-worker-2.resnet-nodes") == true)
    }

    private static let keygen = "/usr/bin/ssh-keygen"

    /// OpenSSH reads the private key and finds the same public one.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: keygen), "there is no ssh-keygen"))
    func keyPair() throws {
        // Often enough to meet numbers that begin with zeros, or with their highest bit set.
        for _ in 0..<12 {
            let secret = try #require(try JobFixture(Self.simple).pods.secret(SSHKeyPair(comment: "resnet")))
            #expect(secret["type"] == "kubernetes.io/ssh-auth")
            let data = try #require(secret["stringData"])
            let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
            let key = try #require(data["ssh-privatekey"]?.stringValue)
            try #require(
                FileManager.default.createFile(
                    atPath: file.path(), contents: Data(key.utf8), attributes: [.posixPermissions: 0o600]))
            defer { try? FileManager.default.removeItem(at: file) }
            let process = Process()
            process.executableURL = URL(filePath: Self.keygen)
            process.arguments = ["-y", "-P", "", "-f", file.path()]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            process.waitUntilExit()
            #expect(text == data["ssh-publickey"]?.stringValue)
        }
    }
}
