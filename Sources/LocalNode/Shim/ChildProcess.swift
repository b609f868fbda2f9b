import Foundation
import Glibc

/// Starts processes with `posix_spawn`: Swift can't fork.
enum ChildProcess {
    /// glibc's `POSIX_SPAWN_SETSID`, which its Swift module does not show.
    private static let newSession: Int32 = 0x80

    /// What a child is started with.
    struct Start {
        /// The program's file; found through this process' `PATH` where it has no slash.
        var executable: String
        /// The program's name and its arguments.
        var arguments: [String]
        var environment: [String: String]
        /// The child's descriptors: `(ours, theirs)`; above the last of theirs nothing is inherited.
        var descriptors: [(Int32, Int32)]
        var isNewSession = false
    }

    /// A failure to start, as `errno`.
    struct Failure: Error {
        var code: Int32
        var message: String { String(cString: strerror(code)) }
    }

    /// Starts a child with default signal dispositions and an empty mask, in a process group of its own.
    static func spawn(_ start: Start) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (ours, theirs) in start.descriptors { posix_spawn_file_actions_adddup2(&actions, ours, theirs) }
        // Not every library marks its descriptors: a child that held the API's socket would keep its port from the next
        // server. A number that is not open is no mistake here, so those that open until the spawn are closed as well.
        let first = max(3, (start.descriptors.map { $0.1 }.max() ?? 0) + 1)
        for descriptor in first..<max(first, descriptorsEnd()) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
        flags |= start.isNewSession ? newSession : Int32(POSIX_SPAWN_SETPGROUP)
        posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))
        let arguments = start.arguments.map { strdup($0) } + [nil]
        let environment = start.environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (arguments + environment).forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, start.executable, &actions, &attributes, arguments, environment)
        guard code == 0 else { throw Failure(code: code) }
        return pid
    }

    /// A number above every open descriptor and those that are opened in a moment.
    private static func descriptorsEnd() -> Int32 {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        let highest = names.compactMap { Int32($0) }.max() ?? 256
        let limit = Int32(clamping: sysconf(Int32(_SC_OPEN_MAX)))
        return min(highest + 64, limit > 0 ? limit : Int32.max)
    }

    /// A pipe whose ends no program inherits.
    static func pipe() throws(Failure) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw Failure(code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Kills every process whose environment holds a line, until none is left; for hosts without PID namespaces.
    static func killAll(withCookie cookie: String) {
        for _ in 0..<50 {
            let found = processes(withCookie: cookie)
            if found.isEmpty { return }
            for pid in found { kill(pid, SIGKILL) }
            usleep(2000)
        }
    }

    /// Every process but this one whose environment holds a line.
    static func processes(withCookie cookie: String) -> [pid_t] {
        let needle = Data(cookie.utf8)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            guard pid != getpid(), let data = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
                data.split(separator: 0).contains(where: { $0 == needle })
            else { return false }
            // A zombie is dead already and only waits for its parent.
            let state = FileManager.default.contents(atPath: "/proc/\(pid)/stat").map {
                String(decoding: $0, as: UTF8.self)
            }
            return state?.split(separator: ")").last?.hasPrefix(" Z") != true
        }
    }
}
