/// What a shim is to run: written by the node into the run's directory, read once by the shim.
struct ShimLaunch: Sendable, Hashable, Codable {
    /// The program and its arguments; the program is found through the environment's `PATH` where it has no slash.
    var arguments: [String]
    /// The program's whole environment.
    var environment: [String: String]
    /// Where the program starts; nil where the sandbox decides.
    var workingDirectory: String?
    /// Whether the program is bubblewrap, which makes a PID namespace and tells the program's state apart from its own.
    var isSandboxed: Bool
    /// What the termination message is read from.
    var terminationMessagePath: String?
    /// Whether the end of the log stands in for an empty message of a program that failed.
    var fallsBackToLogs: Bool
    /// The variable by which every process of the run is found where there is no PID namespace: `NAME=value`.
    var cookie: String
    /// How long the program may run on when the node is gone.
    var orphanSeconds: Int
    /// Whether the program surely handles SIGTERM once it has begun, so that it is not sent before.
    var awaitsListener = false
}

/// The files of one run of one container.
struct ShimDirectory: Sendable, Hashable {
    let path: String

    var launch: String { path + "/launch.json" }
    var exit: String { path + "/exit.json" }
    var started: String { path + "/started" }
    var log: String { path + "/log" }
    var diagnostics: String { path + "/shim.log" }
    /// The number of the program's process, or of the first one of its sandbox.
    var process: String { path + "/process" }
    /// The pipe through which the node speaks; its end tells the shim that the node is gone.
    var control: String { path + "/control" }
    /// The pipe that the shim holds open; its end tells the node that the shim is gone.
    var alive: String { path + "/alive" }
}

/// What the node says to a shim: one line each.
enum ShimCommand: Sendable, Hashable {
    /// Send SIGTERM, and SIGKILL when the seconds are over.
    case terminate(graceSeconds: Int64)
    /// The next node has taken over.
    case adopt

    var line: String {
        switch self {
        case .terminate(let seconds): "terminate \(seconds)\n"
        case .adopt: "adopt\n"
        }
    }

    init?(line: String) {
        let words = line.split(separator: " ").map(String.init)
        switch words.first {
        case "terminate":
            guard words.count == 2, let seconds = Int64(words[1]) else { return nil }
            self = .terminate(graceSeconds: seconds)
        case "adopt": self = .adopt
        default: return nil
        }
    }
}
