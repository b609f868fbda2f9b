import Foundation
import Glibc
import KubernetesCore

/// Turns a container and all that is known about it into what its shim is to run.
struct ContainerPlan {
    /// A container that cannot be started as it is: it waits with that reason.
    struct Failure: Error, Hashable {
        var reason: String
        var message: String
    }

    let pod: PodManifest
    let container: ContainerManifest
    let run: Int
    let paths: NodePaths
    let host: HostFacts
    let configuration: NodeConfiguration
    let entry: ImageCatalogue.Entry?
    /// Where each volume is.
    let volumes: [String: String]
    /// The container's own variables.
    let variables: [String: String]
    let address: String

    private var uid: String { pod.metadata.uid }
    private var isPython: Bool { entry?.environment == .python }
    private var isFairlead: Bool { entry?.environment == .fairlead }
    private var folder: String { paths.container(uid, container.name) }
    private var hostName: String { String((pod.spec.hostname ?? pod.metadata.name).prefix(63)) }
    /// The init container that makes the pod's virtual environment.
    private var makesPackages: Bool { container.name == "packages" && variables["FAIRLEAD_PACKAGES"] != nil }
    /// Where Fairlead's own image has its program.
    private static let program = "/fairlead/bin/fairlead"
    private var messagePath: String { container.terminationMessagePath ?? "/dev/termination-log" }
    private var messageFile: String { "\(folder)/runs/\(run)/message" }

    /// The line of their environment by which all processes of a run are known.
    static func mark(_ uid: String, _ container: String, _ run: Int) -> String {
        "FAIRLEAD_CONTAINER=\(uid)/\(container)/\(run)"
    }

    /// Makes the run's folders and files, and says what the shim runs.
    func launch() throws -> ShimLaunch {
        let directory = paths.run(uid, container.name, run)
        for path in [directory.path, folder + "/tmp", folder + "/home"] { try NodePaths.makeFolder(path) }
        _ = FileManager.default.createFile(atPath: messageFile, contents: nil)
        var environment = self.environment()
        var command = try self.command(environment)
        var folderToStart: String?
        let mounts = try self.mounts()
        if let bubblewrap = host.bubblewrap {
            let workingDirectory = container.workingDir.flatMap { $0.isEmpty ? nil : $0 } ?? "/"
            command = try sandbox(bubblewrap, mounts, &environment, workingDirectory).commandLine(command)
        } else {
            let rewriting = PathRewriting(mounts)
            environment = environment.mapValues { rewriting.rewrite($0) }
            command = command.map { rewriting.rewrite($0) }
            folderToStart = container.workingDir.map { rewriting.rewrite($0) } ?? folder + "/home"
            if let place = folderToStart, place.hasPrefix(paths.state) { try NodePaths.makeFolder(place) }
            try checkProgram(command, environment)
        }
        environment["FAIRLEAD_CONTAINER"] = "\(uid)/\(container.name)/\(run)"
        return ShimLaunch(
            arguments: command, environment: environment, workingDirectory: folderToStart,
            isSandboxed: host.bubblewrap != nil, terminationMessagePath: messageFile,
            fallsBackToLogs: container.terminationMessagePolicy == "FallbackToLogsOnError",
            cookie: Self.mark(uid, container.name, run),
            orphanSeconds: configuration.orphanSeconds, awaitsListener: isFairlead)
    }

    // MARK: Environment and command

    private func environment() -> [String: String] {
        var environment = configuration.environment
        environment["HOME"] = "/fairlead/home"
        environment["HOSTNAME"] = hostName
        for (name, value) in entry?.env ?? [:] { environment[name] = value }
        for name in entry?.bind ?? [] { environment[name] = address }
        environment.merge(variables) { $1 }
        var path = variables["PATH"] ?? ExecutableSearch.systemPath
        if isPython {
            // An image's own Python comes before the system's; one that the pod put first stays first.
            let python = paths.python(entry?.packages ?? [])
            path = variables["PATH"] == nil ? "\(python)/bin:\(path)" : "\(path):\(python)/bin"
        }
        if isFairlead {
            // What the image carries, rclone and git, is where this host has it.
            path += ProcessInfo.processInfo.environment["PATH"].map { ":\($0)" } ?? ""
            environment["FAIRLEAD_TERMINATION_LOG"] = messagePath
        }
        environment["PATH"] = path
        if makesPackages {
            // What tells the host's pip where to look, tells it here too.
            for (name, value) in ProcessInfo.processInfo.environment where Self.isForPackages(name) {
                if environment[name] == nil { environment[name] = value }
            }
            environment["PIP_CACHE_DIR"] = "/fairlead/cache"
        }
        return environment
    }

    private static func isForPackages(_ name: String) -> Bool {
        let upper = name.uppercased()
        return upper.hasPrefix("PIP_") || upper.hasSuffix("_PROXY")
            || ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"].contains(upper)
    }

    private func command(_ environment: [String: String]) throws(Failure) -> [String] {
        if makesPackages {
            guard let python = host.python else {
                throw Failure(reason: "PythonNotFound", message: "this host has no python3: install Python 3")
            }
            return [
                python, "-c", PythonRecipe.source, "/fairlead/packages/venv", paths.environments,
                variables["FAIRLEAD_PACKAGES"] ?? "[]", variables["FAIRLEAD_PACKAGES_INDEX"] ?? "", messagePath,
            ]
        }
        func expanded(_ texts: [String]) -> [String] {
            texts.map { EnvironmentExpansion.expand($0) { environment[$0] } }
        }
        let own = container.command ?? []
        let entryPoint = entry?.command ?? (isFairlead ? [Self.program] : [])
        let program = own.isEmpty ? entryPoint : expanded(own)
        let arguments = container.args.map(expanded) ?? (own.isEmpty ? entry?.args ?? [] : [])
        let whole = program + arguments
        guard !whole.isEmpty else {
            throw Failure(
                reason: "ImageNotInCatalogue",
                message: "image \"\(container.image ?? "")\" names no program on this host: set the container's "
                    + "command, or add the image with its command to the catalogue (fairlead local --images FILE)")
        }
        if host.bubblewrap != nil { try checkProgram(whole, environment) }
        return whole
    }

    /// A program that only an image which the catalogue does not know could have is waited for, with what to do; where
    /// the image is known, starting it fails as anywhere.
    private func checkProgram(_ command: [String], _ environment: [String: String]) throws(Failure) {
        guard entry == nil, let name = command.first, !name.contains("/") else { return }
        let mounted = PathRewriting((try? mounts()) ?? [])
        if ExecutableSearch.find(name, path: environment["PATH"].map { mounted.rewrite($0) }) != nil { return }
        // What an init container has yet to make can't be judged by the folders that are there now.
        if (environment["PATH"] ?? "").split(separator: ":").contains(where: { mounted.rewrite(String($0)) != $0 }) {
            return
        }
        let image = container.image ?? ""
        throw Failure(
            reason: "ImageNotInCatalogue",
            message: "image \"\(image)\" runs on this host, which has no program \"\(name)\": install it, or add the "
                + "image to the catalogue (fairlead local --images FILE)")
    }

    // MARK: Files

    private func mounts() throws -> [SandboxPlan.Mount] {
        var mounts = [
            SandboxPlan.Mount(source: folder + "/home", target: "/fairlead/home"),
            SandboxPlan.Mount(source: messageFile, target: messagePath),
        ]
        if isFairlead {
            mounts.append(
                SandboxPlan.Mount(source: configuration.program, target: Self.program, isReadOnly: true))
        }
        if makesPackages { mounts.append(SandboxPlan.Mount(source: paths.cache, target: "/fairlead/cache")) }
        for mount in container.volumeMounts ?? [] {
            guard var source = volumes[mount.name] else {
                throw Failure(
                    reason: "CreateContainerConfigError", message: "there is no volume named \"\(mount.name)\"")
            }
            let below = mount.subPathExpr.map { text in EnvironmentExpansion.expand(text) { variables[$0] } }
            if let below = below ?? mount.subPath, !below.isEmpty {
                guard let place = NodePaths.join(source, below) else {
                    throw Failure(
                        reason: "CreateContainerConfigError", message: "subPath \"\(below)\" leaves the volume")
                }
                source = place
                if !FileManager.default.fileExists(atPath: source) { try NodePaths.makeFolder(source, mode: 0o755) }
            }
            let volume = pod.spec.volumes?.first { $0.name == mount.name }
            let isFixed = volume?.configMap != nil || volume?.secret != nil || volume?.projected != nil
            mounts.append(
                SandboxPlan.Mount(
                    source: source, target: mount.mountPath,
                    isReadOnly: mount.readOnly == true || isFixed || volume?.persistentVolumeClaim?.readOnly == true))
        }
        return mounts
    }

    private func sandbox(
        _ bubblewrap: String, _ mounts: [SandboxPlan.Mount], _ environment: inout [String: String],
        _ workingDirectory: String
    ) throws -> SandboxPlan {
        var points = MountPoints()
        do {
            try points.add(SandboxPlan.Mount(source: folder + "/tmp", target: "/tmp"))
            try points.add(SandboxPlan.Mount(source: folder + "/tmp", target: "/var/tmp"))
            // Other pods' files, and whatever else the node keeps, are not for pods to see.
            points.hide(paths.state)
            try points.add(
                SandboxPlan.Mount(
                    source: paths.environments, target: paths.environments, isReadOnly: !makesPackages))
            let byDepth = mounts.enumerated().sorted { left, right in
                let (one, other) = (Self.depth(left.element.target), Self.depth(right.element.target))
                return one != other ? one < other : left.offset < right.offset
            }
            for mount in byDepth { try points.add(mount.element) }
            let hosts = SandboxPlan.Mount(source: paths.hosts(uid), target: "/etc/hosts", isReadOnly: true)
            if !mounts.contains(where: { $0.target == hosts.target }),
                FileManager.default.fileExists(atPath: "/etc/hosts")
            {
                try points.add(hosts)
            }
            for mount in try accounts() { try points.add(mount) }
            if !points.hasPlace(workingDirectory) {
                let place = folder + "/work"
                try NodePaths.makeFolder(place, mode: 0o755)
                try points.add(SandboxPlan.Mount(source: place, target: workingDirectory))
            }
        } catch let failure as MountPoints.Failure {
            throw Failure(reason: "CreateContainerConfigError", message: failure.message)
        }
        return SandboxPlan(
            bubblewrap: bubblewrap, root: host.root, hasOwnProc: host.hasOwnProc, user: user, hostName: hostName,
            steps: points.steps, workingDirectory: workingDirectory)
    }

    /// As whom the program sees itself; nil where that is the user who runs the node.
    private var user: UserMapping? {
        guard host.mapsUsers, let mapping = UserMapping(container.securityContext, pod: pod.spec.securityContext)
        else { return nil }
        return mapping == UserMapping(user: getuid(), group: getgid()) ? nil : mapping
    }

    /// The host's accounts, with the container's user among them.
    private func accounts() throws -> [SandboxPlan.Mount] {
        guard let user else { return [] }
        let files = user.files { path in
            FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        }
        return try files.sorted { $0.key < $1.key }.map { path, text in
            let source = folder + path.dropFirst("/etc".count)
            try DurableFile.write(Array(text.utf8), to: source, mode: 0o644, isSynced: false)
            return SandboxPlan.Mount(source: source, target: path, isReadOnly: true)
        }
    }

    private static func depth(_ path: String) -> Int { path.split(separator: "/").count }
}
