import Foundation
import Glibc

/// What this host can do and has, found once when the node starts.
struct HostFacts: Sendable, Hashable {
    /// Where bubblewrap is; nil where it is missing or does not work here.
    var bubblewrap: String?
    var hasOwnProc = true
    /// Whether a container's program may see itself as another user than the node's.
    var mapsUsers = false
    var root: [SandboxPlan.RootEntry] = []
    /// Where Python 3 is; nil where it is missing.
    var python: String?
    var processors: Int
    var memoryBytes: Int64
    var hostName: String
    var kernel: String

    /// Looks at the host; runs bubblewrap once or twice.
    static func find(usesSandbox: Bool) -> HostFacts {
        var facts = HostFacts(
            processors: ProcessInfo.processInfo.activeProcessorCount,
            memoryBytes: Int64(clamping: ProcessInfo.processInfo.physicalMemory),
            hostName: ProcessInfo.processInfo.hostName,
            kernel: ProcessInfo.processInfo.operatingSystemVersionString)
        facts.root = rootEntries()
        facts.python = python()
        guard usesSandbox, let path = ExecutableSearch.find("bwrap", path: ExecutableSearch.systemPath) else {
            return facts
        }
        for hasOwnProc in [true, false] {
            let plan = SandboxPlan(
                bubblewrap: path, root: facts.root, hasOwnProc: hasOwnProc, hostName: "probe", workingDirectory: "/")
            guard isWorking(plan) else { continue }
            facts.bubblewrap = path
            facts.hasOwnProc = hasOwnProc
            var mapped = plan
            mapped.user = UserMapping(user: 1000, group: 1000)
            facts.mapsUsers = isWorking(mapped)
            break
        }
        return facts
    }

    private static func rootEntries() -> [SandboxPlan.RootEntry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/")) ?? []
        return names.sorted().map { name in
            SandboxPlan.RootEntry(
                name: name, link: try? FileManager.default.destinationOfSymbolicLink(atPath: "/\(name)"))
        }
    }

    /// Python's own path: what stands in `PATH` may be a script that chooses between versions.
    private static func python() -> String? {
        let environment = ProcessInfo.processInfo.environment
        guard let path = ExecutableSearch.find("python3", path: environment["PATH"]),
            let (output, outputEnd) = try? ChildProcess.pipe()
        else { return nil }
        defer { close(output) }
        let start = ChildProcess.Start(
            executable: path, arguments: [path, "-c", "import sys; print(sys.executable)"], environment: environment,
            descriptors: [(outputEnd, 1)])
        let pid = try? ChildProcess.spawn(start)
        close(outputEnd)
        guard let pid else { return nil }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(output, &buffer, buffer.count)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        guard status == 0, count > 0 else { return nil }
        return String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").first.map(String.init)
    }

    private static func isWorking(_ plan: SandboxPlan) -> Bool {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { return false }
        defer { close(null) }
        let start = ChildProcess.Start(
            executable: plan.bubblewrap, arguments: plan.commandLine(["true"]),
            environment: ["PATH": ExecutableSearch.systemPath],
            descriptors: [(null, 0), (null, 1), (null, 2), (null, 3)])
        guard let pid = try? ChildProcess.spawn(start) else { return false }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status == 0
    }
}

/// Finds programs as a shell does.
enum ExecutableSearch {
    /// Where container images have their programs.
    static let systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// The program's path; nil where no folder of `path` has it.
    static func find(_ name: String, path: String?) -> String? {
        if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
        for folder in (path ?? systemPath).split(separator: ":") {
            let candidate = "\(folder)/\(name)"
            var status = stat()
            if stat(candidate, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(candidate, X_OK) == 0 {
                return candidate
            }
        }
        return nil
    }
}
