import Foundation
import KubernetesCore
import Testing

/// An API server with Fairlead installed from `manifests/install.yaml`, a simulated node, and controllers that are
/// processes of this machine with exactly the rights of that manifest.
///
/// The server is the real one that `KUBECONFIG_TEST` names or `KUBEBUILDER_ASSETS` brings, else `fairlead local`.
final class InstalledCluster {
    enum Kind {
        /// Somebody else's, by a kubeconfig.
        case named(String)
        /// Started here, by the programs in a folder.
        case started(RealAPIServer)
        /// `fairlead local` with role-based access.
        case local
    }

    let folder: URL
    let kind: Kind
    let namespace = "fairlead-e2e-\(UUID().uuidString.prefix(8).lowercased())"
    private let mark = UUID().uuidString
    private var programs: [RunningProgram] = []
    private var server: RunningProgram?
    private var node: RunningProgram?

    var kubeconfig: String { folder.appendingPathComponent("kubeconfig").path }
    private var controllerKubeconfig: String { folder.appendingPathComponent("controller.kubeconfig").path }
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("fl-install-\(mark.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let environment = ProcessInfo.processInfo.environment
        if let kubeconfig = environment["KUBECONFIG_TEST"], !kubeconfig.isEmpty {
            kind = .named(kubeconfig)
        } else if let assets = environment["KUBEBUILDER_ASSETS"], !assets.isEmpty {
            kind = .started(try RealAPIServer(assets: assets, folder: folder))
        } else {
            kind = .local
        }
    }

    /// Installs Fairlead, hands the cluster to a test, and leaves nothing behind.
    ///
    /// - Parameter isNamespaced: Whether the controller has rights in the test's namespace only.
    static func with(isNamespaced: Bool = false, _ body: (InstalledCluster) async throws -> Void) async throws {
        let cluster = try InstalledCluster()
        do {
            try await cluster.start()
            try await cluster.install(isNamespaced: isNamespaced)
            try await body(cluster)
        } catch {
            let errors = cluster.programs.map { "\($0.process.arguments ?? []):\n\($0.error.suffix(4000))" }
            Issue.record("\(error)\n\(errors.joined(separator: "\n"))")
        }
        await cluster.remove()
    }

    // MARK: - The server

    /// Whether the server can be ended and started again by a test.
    var isRestartable: Bool { if case .named = kind { false } else { true } }

    /// Whether something ends namespaces and collects garbage: a server alone does not.
    func hasControllers() async throws -> Bool {
        for _ in 0..<50 {
            let account = try await kubectl("get", "serviceaccount", "default", "-n", namespace)
            if account.code == 0 { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    private func start() async throws {
        switch kind {
        case .named(let path):
            try FileManager.default.copyItem(atPath: path, toPath: kubeconfig)
        case .started(let real):
            _ = try program(real.etcd.program, real.etcd.arguments)
            try await startServer()
        case .local:
            try await startServer()
        }
    }

    private func startServer() async throws {
        switch kind {
        case .named: return
        case .started(let real):
            server = try program(real.server.program, real.server.arguments)
            try real.writeKubeconfig(to: kubeconfig)
        case .local:
            let arguments = [
                "local", "--bare", "--authorization-mode", "RBAC", "--data-dir",
                folder.appendingPathComponent("data").path, "--kubeconfig", kubeconfig,
            ]
            server = try program(try #require(Programs.fairlead), arguments)
        }
        try await eventually("the server is ready", within: 90, every: .milliseconds(200)) {
            try #require(server?.process.isRunning == true, "the server ended")
            return try await kubectl("get", "--raw", "/readyz").code == 0
        }
    }

    /// Ends the server as a crash would, and starts it again.
    func restartServer() async throws {
        server?.send(SIGKILL)
        _ = try await server?.ended(within: 30)
        try await startServer()
    }

    // MARK: - Fairlead

    private func install(isNamespaced: Bool) async throws {
        let made = try await kubectl("create", "namespace", namespace)
        #expect(made.code == 0, "\(made)")
        if isNamespaced {
            // What an installation before this one left would give more than its roles.
            _ = try await kubectl("delete", "clusterroles,clusterrolebindings", "-l", "app.kubernetes.io/name=fairlead")
            let rendering = try await program(
                Self.root.appendingPathComponent(".fairlead/tools/bin/python").path,
                [
                    Self.root.appendingPathComponent("scripts/chart.py").path, "--render",
                    "{\"namespaces\": [\"\(namespace)\"]}",
                ],
                isKept: false
            ).ended(within: 120)
            try #require(rendering.code == 0, "\(rendering)")
            let file = folder.appendingPathComponent("namespaced.yaml")
            try Data(rendering.output.utf8).write(to: file)
            try await apply(file.path)
        } else {
            try await apply(Self.root.appendingPathComponent("manifests/install.yaml").path)
        }
        for kind in ["pipelines", "pipelineruns"] {
            let wait = try await kubectl(
                "wait", "--for=condition=Established", "--timeout=60s", "crd/\(kind).fairlead.dev")
            #expect(wait.code == 0, "\(wait)")
        }
        try await writeControllerKubeconfig()
        node = try program(
            try #require(Programs.find("fairlead-kubelet-sim", beside: Programs.fairlead)),
            ["--kubeconfig", kubeconfig, "--node", "sim-\(mark.prefix(8).lowercased())", "--duration", "0.5"])
    }

    /// Applies a file; what the server warns of is a failure too.
    func apply(_ file: String) async throws {
        let applied = try await kubectl("apply", "--server-side", "--force-conflicts", "-f", file)
        try #require(applied.code == 0, "\(applied)")
        #expect(!applied.error.contains("Warning"), "\(applied)")
    }

    /// The kubeconfig of the account that the controller's Deployment names.
    private func writeControllerKubeconfig() async throws {
        let found = try await kubectl(
            "get", "deployments", "-A", "-l", "app.kubernetes.io/name=fairlead,app.kubernetes.io/component=controller",
            "-o", "json")
        let deployments = try found.json()["items"]?.arrayValue ?? []
        let deployment = try #require(deployments.first, "\(found)")
        let place = try #require(deployment[path: ["metadata", "namespace"]]?.stringValue)
        let account = try #require(
            deployment[path: ["spec", "template", "spec", "serviceAccountName"]]?.stringValue)
        user = "system:serviceaccount:\(place):\(account)"
        let token = try await kubectl("create", "token", account, "-n", place, "--duration", "1h")
        try #require(token.code == 0, "\(token)")
        var config = try await kubectl("config", "view", "--raw", "--minify", "--flatten", "-o", "json").json()
        let user = config[path: ["contexts"]]?.arrayValue?.first?[path: ["context", "user"]] ?? .null
        let bearer: JSONValue = .string(token.output.trimmingCharacters(in: .whitespacesAndNewlines))
        config["users"] = [["name": user, "user": ["token": bearer]]]
        try Data(JSONWriter.bytes(config)).write(to: URL(fileURLWithPath: controllerKubeconfig))
        leaseNamespace = place
    }

    /// Whether the controller's account may do something.
    func controllerMay(_ verb: String, _ resource: String, in namespace: String) async throws -> Bool {
        try await may(user, verb, resource, in: namespace)
    }

    /// Whether the routers' account may do something.
    func routerMay(_ verb: String, _ resource: String, in namespace: String) async throws -> Bool {
        try await may("system:serviceaccount:\(leaseNamespace):fairlead-router", verb, resource, in: namespace)
    }

    private func may(
        _ user: String, _ verb: String, _ resource: String, in namespace: String
    ) async throws -> Bool {
        let parts = resource.split(separator: "/").map(String.init)
        let question = ["auth", "can-i", verb, parts[0], "--subresource", parts.count > 1 ? parts[1] : ""]
        let arguments = question + ["-n", namespace, "--as", user]
        return try await program(try #require(Programs.kubectl), arguments, isKept: false).ended(within: 90).code == 0
    }

    /// Whether charts can be rendered here; `make test` sees to it.
    static let canRender = FileManager.default.isExecutableFile(
        atPath: root.appendingPathComponent(".fairlead/tools/bin/python").path)

    /// The controller's account.
    private var user = ""
    /// Where the controllers' lease is.
    private(set) var leaseNamespace = ""

    /// Starts a controller with the rights of the installation.
    ///
    /// - Parameter arguments: In addition to those of the Deployment.
    func startController(_ arguments: String...) throws -> RunningProgram {
        try program(
            try #require(Programs.fairlead),
            [
                "controller", "--kubeconfig", controllerKubeconfig, "--leader-elect", "--lease-namespace",
                leaseNamespace, "--log-format", "json", "--health-address", "0", "--metrics-address", "0",
            ] + arguments)
    }

    /// Starts two controllers, the second when the first leads.
    ///
    /// - Returns: The first, and its identity in the lease.
    func startLeaderAndStandby() async throws -> (first: RunningProgram, leader: String) {
        let first = try startController()
        try await eventually("the first leads", every: .milliseconds(200)) { try await !self.leader().isEmpty }
        let leader = try await self.leader()
        _ = try startController()
        return (first, leader)
    }

    /// Who holds the lease; empty where nobody does.
    func leader() async throws -> String {
        let found = try await kubectl(
            "get", "lease", "fairlead-controller", "-n", leaseNamespace, "-o", "jsonpath={.spec.holderIdentity}")
        return found.code == 0 ? found.output : ""
    }

    // MARK: - What runs in it

    /// Applies a run of tasks that follow each other in pairs.
    func applyRun(_ name: String, pairs: Int, seconds: Double = 0.5, namespace: String? = nil) async throws {
        let tasks = (0..<pairs).map { index in
            """
                - {name: a\(index), command: [work]}
                - {name: b\(index), command: [work], dependsOn: [a\(index)]}
            """
        }
        let file = folder.appendingPathComponent("\(name).yaml")
        let text = """
            apiVersion: fairlead.dev/v1alpha1
            kind: PipelineRun
            metadata: {name: \(name), namespace: \(namespace ?? self.namespace)}
            spec:
              pipelineSpec:
                defaults:
                  image: "python:3.12-slim"
                  overrides:
                    # The node of `fairlead local` leaves pods of another scheduler alone.
                    - pod:
                        metadata: {annotations: {simulated/duration: "\(seconds)"}}
                        spec: {schedulerName: simulated}
                tasks:
            \(tasks.joined(separator: "\n"))
            """
        try Data(text.utf8).write(to: file)
        try await apply(file.path)
    }

    /// A run's status.
    func status(_ name: String, namespace: String? = nil) async throws -> RunStatus {
        let found = try await kubectl(
            "get", "pipelinerun", name, "-n", namespace ?? self.namespace, "-o", "json")
        guard found.code == 0 else { return RunStatus() }
        return try KubernetesJSON.decode(RunStatus.Object.self, from: found.output.utf8).status ?? RunStatus()
    }

    /// Waits for a run's good end: each task ran once, and no pod is kept any more.
    func expectSuccess(_ name: String, within seconds: Double = 120, namespace: String? = nil) async throws {
        var last = RunStatus()
        try await eventually("the end of \(name)", within: seconds, every: .milliseconds(200)) {
            last = try await status(name, namespace: namespace)
            return last.completionTime != nil
        }
        #expect(last.phase == "Succeeded", "\(last)")
        #expect((last.tasks ?? []).allSatisfy { $0.attempts == 1 }, "\(last)")
        try await eventually("every pod of \(name) is released", every: .milliseconds(200)) {
            try await heldPods(namespace: namespace).isEmpty
        }
    }

    /// Pods that a finalizer keeps.
    func heldPods(namespace: String? = nil) async throws -> [String] {
        let found = try await kubectl("get", "pods", "-n", namespace ?? self.namespace, "-o", "json")
        guard found.code == 0 else { return ["\(found)"] }
        return (try found.json()["items"]?.arrayValue ?? []).filter {
            $0[path: ["metadata", "finalizers"]]?.arrayValue?.isEmpty == false
        }.compactMap { $0[path: ["metadata", "name"]]?.stringValue }
    }

    /// Runs `kubectl` as the cluster's owner.
    func kubectl(_ arguments: String...) async throws -> CommandResult {
        try await program(try #require(Programs.kubectl), arguments, isKept: false).ended(within: 90)
    }

    /// Runs `fairlead` as the cluster's owner.
    func fairlead(_ arguments: String...) async throws -> CommandResult {
        try await program(try #require(Programs.fairlead), arguments, isKept: false).ended(within: 90)
    }

    private func program(_ program: String, _ arguments: [String], isKept: Bool = true) throws -> RunningProgram {
        var environment = ProcessInfo.processInfo.environment
        environment["KUBECONFIG"] = kubeconfig
        environment["HOME"] = folder.path
        let running = try RunningProgram(program, arguments, environment: environment, folder: folder)
        if isKept { programs.append(running) }
        return running
    }

    private func remove() async {
        if case .named = kind {
            // The node stays until the last pod is gone.
            for program in programs where program !== node && program.process.isRunning { program.send(SIGKILL) }
            _ = try? await fairlead("uninstall", "--yes", "--namespace", namespace)
            _ = try? await kubectl("delete", "namespace", namespace, "--timeout=60s")
        }
        for program in programs.reversed() where program.process.isRunning { program.send(SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }
}
