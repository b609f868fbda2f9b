import Foundation
import Glibc

/// Runs a command beside a container's program: in its sandbox, with its variables.
struct ContainerCommand: Sendable {
    let directory: ShimDirectory

    /// How much of a command's output is kept.
    private static let outputLimit = 1024

    /// Runs the command to its end, which is its process group's end where the time is over.
    func run(_ command: [String], seconds: Double) async -> ProbeOutcome {
        let quoted = command.map { "\"\($0)\"" }.joined(separator: " ")
        guard let start = start(command) else { return .failure("\(quoted): the container's program is not there") }
        let result = await withCheckedContinuation { continuation in
            // The wait for another process must not hold a thread of the cooperative pool.
            Thread.detachNewThread { continuation.resume(returning: Self.run(start, seconds: seconds)) }
        }
        switch result {
        case .success(let outcome): return outcome
        case .failure(let failure): return .failure("\(quoted): \(failure.message)")
        }
    }

    private func start(_ command: [String]) -> ChildProcess.Start? {
        let text = FileManager.default.contents(atPath: directory.process).map { String(decoding: $0, as: UTF8.self) }
        guard let process = text.flatMap({ pid_t($0) }), let first = command.first,
            let environment = Self.environment(of: process), let own = Self.namespace("pid", of: "self"),
            let other = Self.namespace("pid", of: String(process))
        else { return nil }
        guard own != other else {
            let program = ExecutableSearch.find(first, path: environment["PATH"]) ?? first
            return ChildProcess.Start(
                executable: program, arguments: command, environment: environment, descriptors: [])
        }
        guard let enter = ExecutableSearch.find("nsenter", path: ExecutableSearch.systemPath) else { return nil }
        var arguments = [enter, "--target", String(process)]
        if Self.namespace("user", of: "self") != Self.namespace("user", of: String(process)) {
            arguments += ["--user", "--preserve-credentials"]
        }
        arguments += ["--mount", "--uts", "--pid", "--"] + command
        return ChildProcess.Start(executable: enter, arguments: arguments, environment: environment, descriptors: [])
    }

    private static func namespace(_ kind: String, of process: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/\(kind)")
    }

    /// The variables with which a process was started; nil for one that is gone.
    private static func environment(of process: pid_t) -> [String: String]? {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(process)/environ"), !bytes.isEmpty else {
            return nil
        }
        let entries = bytes.split(separator: 0).map { entry -> (String, String) in
            let parts = String(decoding: entry, as: UTF8.self).split(separator: "=", maxSplits: 1)
            return (parts.first.map(String.init) ?? "", parts.count > 1 ? String(parts[1]) : "")
        }
        return Dictionary(entries, uniquingKeysWith: { $1 })
    }

    private static func run(
        _ start: ChildProcess.Start, seconds: Double
    ) -> Result<ProbeOutcome, ChildProcess.Failure> {
        do throws(ChildProcess.Failure) {
            let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
            let (output, outputEnd) = try ChildProcess.pipe()
            defer { close(output) }
            var start = start
            start.descriptors = [(null, 0), (outputEnd, 1), (outputEnd, 2)]
            let started = Result { () throws(ChildProcess.Failure) in try ChildProcess.spawn(start) }
            close(outputEnd)
            close(null)
            let pid = try started.get()
            let text = read(output, until: Date().addingTimeInterval(seconds))
            // What still holds the pipe when the time is over has not ended.
            if text == nil { kill(-pid, SIGKILL) }
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            guard let text else { return .success(.failure("command timed out after \(Int(seconds))s")) }
            return .success(ProbeOutcome(isSuccess: status == 0, message: text))
        } catch {
            return .failure(error)
        }
    }

    /// Everything up to the pipe's end; nil where that does not come in time.
    private static func read(_ descriptor: Int32, until end: Date) -> String? {
        var kept: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let left = end.timeIntervalSinceNow
            guard left > 0 else { return nil }
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let found = poll(&polled, 1, Int32(left * 1000) + 1)
            if found < 0, errno != EINTR { return nil }
            guard found > 0 else { continue }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(decoding: kept, as: UTF8.self) }
            kept.append(contentsOf: buffer.prefix(min(count, outputLimit - kept.count)))
        }
    }
}
