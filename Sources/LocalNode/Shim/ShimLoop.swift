import Dispatch
import Foundation
import Glibc
import KubernetesCore
import Synchronization

/// Drives a ``ShimMachine`` with one thread that waits for output, commands, the program's end and the clock.
struct ShimLoop {
    private let directory: ShimDirectory
    private let launch: ShimLaunch
    private var machine: ShimMachine
    private var log: LogWriter
    private var control: Int32 = 0
    private var commandText: [UInt8] = []
    private var pid: pid_t = 0
    private var sandboxStatus: [UInt8] = []
    private var isTerminateDue = false
    private let startedAt = Time(Date())

    init(directory: ShimDirectory, launch: ShimLaunch) throws {
        self.directory = directory
        self.launch = launch
        machine = ShimMachine(orphanSeconds: Double(launch.orphanSeconds))
        log = LogWriter(path: directory.log)
        setNonBlocking(0)
    }

    /// Runs the program to its end and writes that end down.
    mutating func run() throws {
        let (output, outputEnd) = try ChildProcess.pipe()
        let (errors, errorsEnd) = try ChildProcess.pipe()
        let (status, statusEnd) = try ChildProcess.pipe()
        let (ended, endedEnd) = try ChildProcess.pipe()
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        let name = launch.arguments.first ?? ""
        let executable = ExecutableSearch.find(name, path: launch.environment["PATH"]) ?? name
        do throws(ChildProcess.Failure) {
            if let directory = launch.workingDirectory, chdir(directory) != 0 {
                throw ChildProcess.Failure(code: errno)
            }
            pid = try ChildProcess.spawn(
                ChildProcess.Start(
                    executable: executable, arguments: launch.arguments, environment: launch.environment,
                    descriptors: [(null, 0), (outputEnd, 1), (errorsEnd, 2), (statusEnd, 3)]))
        } catch {
            let message = "exec: \"\(name)\": \(error.message)"
            log.write(Array((message + "\n").utf8)[...], .stderr, at: Date())
            try finish(code: 128, reason: "StartError", message: message)
            return
        }
        for descriptor in [null, outputEnd, errorsEnd, statusEnd] { close(descriptor) }
        if !launch.isSandboxed { tellProcess(pid) }
        let signals = Self.relaySignals(to: endedEnd)
        defer { signals.forEach { $0.cancel() } }
        let code = Self.reap(pid, telling: endedEnd)
        var sources = [output, errors, status]
        while true {
            var polled = sources.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            polled.append(pollfd(fd: ended, events: Int16(POLLIN), revents: 0))
            polled.append(pollfd(fd: control, events: Int16(POLLIN), revents: 0))
            let count = poll(&polled, nfds_t(polled.count), timeout())
            if count < 0, errno != EINTR { break }
            for entry in polled where entry.revents != 0 {
                switch entry.fd {
                case ended: break
                case control: readControl()
                default: if !drain(entry.fd, output: output, errors: errors) { sources.removeAll { $0 == entry.fd } }
                }
            }
            if polled.contains(where: { $0.fd == ended && $0.revents != 0 }), readEnded(ended) { break }
            perform(machine.tick(now: Self.now()))
            sendTerminateIfDue()
        }
        killTree()
        drainToEnd(&sources, output: output, errors: errors)
        try finishRun(code: code.load())
    }

    // MARK: Waiting

    private func timeout() -> Int32 {
        if isTerminateDue { return 10 }
        guard let deadline = machine.deadline else { return -1 }
        return Int32(max(0, min(3_600_000, (deadline - Self.now()) * 1000 + 1)))
    }

    /// Seconds of a clock that never jumps.
    private static func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

    private mutating func readEnded(_ descriptor: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = read(descriptor, &buffer, buffer.count)
        let bytes = buffer.prefix(max(0, count))
        // A signal to the shim itself asks for an end in order.
        if bytes.contains(UInt8(ascii: "T")) {
            perform(machine.command(.terminate(graceSeconds: 5), now: Self.now()))
        }
        return bytes.contains(UInt8(ascii: "E"))
    }

    private mutating func readControl() {
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = read(control, &buffer, buffer.count)
        if count == 0 {
            machine.nodeGone(now: Self.now())
            // A pipe whose writers have all gone reports its end for ever; one that is opened anew waits for the next.
            if control != 0 { close(control) }
            control = open(directory.control, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
            return
        }
        commandText.append(contentsOf: buffer.prefix(max(0, count)))
        while let end = commandText.firstIndex(of: 0x0A) {
            let line = String(decoding: commandText[..<end], as: UTF8.self)
            commandText.removeSubrange(...end)
            if let command = ShimCommand(line: line) { perform(machine.command(command, now: Self.now())) }
        }
    }

    /// Reads what is there; false at the end.
    private mutating func drain(_ descriptor: Int32, output: Int32, errors: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0 { return errno == EINTR || errno == EAGAIN }
        if count == 0 { return false }
        switch descriptor {
        case output: log.write(buffer[..<count], .stdout, at: Date())
        case errors: log.write(buffer[..<count], .stderr, at: Date())
        default:
            sandboxStatus.append(contentsOf: buffer[..<count])
            if let root = sandboxRoot { tellProcess(root) }
        }
        return true
    }

    /// Takes what is left in the pipes, for a second at most: a process that was just killed may still hold them.
    private mutating func drainToEnd(_ sources: inout [Int32], output: Int32, errors: Int32) {
        let end = Self.now() + 1
        while !sources.isEmpty, Self.now() < end {
            var polled = sources.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            if poll(&polled, nfds_t(polled.count), 100) < 0, errno != EINTR { return }
            for entry in polled where entry.revents != 0 && !drain(entry.fd, output: output, errors: errors) {
                sources.removeAll { $0 == entry.fd }
            }
        }
    }

    // MARK: Ending

    private mutating func perform(_ actions: [ShimMachine.Action]) {
        for action in actions {
            switch action {
            case .sendTerminate:
                isTerminateDue = true
                sendTerminateIfDue()
            case .killTree: killTree()
            }
        }
    }

    private mutating func sendTerminateIfDue() {
        guard isTerminateDue else { return }
        let program = programProcess()
        if launch.awaitsListener {
            guard let process = program ?? (launch.isSandboxed ? nil : pid), Self.listens(process) else { return }
        }
        isTerminateDue = false
        kill(program ?? pid, SIGTERM)
    }

    /// Whether a process handles SIGTERM.
    private static func listens(_ process: pid_t) -> Bool {
        let status = FileManager.default.contents(atPath: "/proc/\(process)/status") ?? Data()
        let bit = UInt64(1) << UInt64(SIGTERM - 1)
        return String(decoding: status, as: UTF8.self).split(separator: "\n").contains { line in
            let words = line.split(separator: "\t")
            guard words.count == 2, words[0] == "SigCgt:" else { return false }
            return UInt64(words[1], radix: 16).map { $0 & bit != 0 } ?? false
        }
    }

    /// Ends every process of the run.
    private func killTree() {
        if let root = sandboxRoot { kill(root, SIGKILL) }
        kill(-pid, SIGKILL)
        if !launch.isSandboxed { ChildProcess.killAll(withCookie: launch.cookie) }
    }

    /// Tells the node beside which process it may start others.
    private func tellProcess(_ process: pid_t) {
        try? DurableFile.write(Array(String(process).utf8), to: directory.process, isSynced: false)
    }

    /// The first process of the PID namespace: with it the kernel kills all others.
    private var sandboxRoot: pid_t? {
        guard launch.isSandboxed else { return nil }
        for line in sandboxStatus.split(separator: 0x0A) {
            if let number = (try? JSONParser.parse(line))?["child-pid"]?.integerValue { return pid_t(exactly: number) }
        }
        return nil
    }

    /// The program itself: in a sandbox the second process of the namespace, whose first one only reaps.
    private func programProcess() -> pid_t? {
        guard let root = sandboxRoot else { return nil }
        let children = FileManager.default.contents(atPath: "/proc/\(root)/task/\(root)/children") ?? Data()
        let processes = String(decoding: children, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
        return processes.first { process in
            let status = FileManager.default.contents(atPath: "/proc/\(process)/status") ?? Data()
            let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("NSpid:") }
            return line?.split(separator: "\t").last == "2"
        }
    }

    private mutating func finishRun(code: Int32) throws {
        let signal = code & 0x7F
        let exitCode = signal == 0 ? Int(code >> 8 & 0xFF) : 128 + Int(signal)
        // Bubblewrap tells the program's exit code only where the program was started.
        let text = String(decoding: sandboxStatus, as: UTF8.self)
        if launch.isSandboxed, exitCode == 1, !text.contains("exit-code") {
            try finish(code: 128, reason: "StartError", message: lastLines(bytes: 1024))
            return
        }
        if exitCode != 0, lastLines(bytes: 4096).contains("ddress already in use") {
            // Pods share the host's ports: who listens at every address takes the port from all others.
            try finish(
                code: exitCode, reason: "PortInUse",
                message: "a port was in use: listen at the pod's own address (status.podIP), not at 0.0.0.0")
            return
        }
        try finish(code: exitCode, reason: exitCode == 0 ? "Completed" : "Error", message: nil)
    }

    private mutating func finish(code: Int, reason: String, message: String?) throws {
        let now = Date()
        log.finish(at: now)
        var said = launch.terminationMessagePath.flatMap { TerminationMessage.read($0) }
        if said == nil, launch.fallsBackToLogs, code != 0 { said = lastLines(bytes: 2048) }
        let exit = ContainerExit(
            exitCode: code, reason: reason, message: said ?? message, startedAt: startedAt, finishedAt: Time(now),
            isDisrupted: machine.hasEndedOrphan && code != 0 ? true : nil)
        try DurableFile.write(try KubernetesJSON.encode(exit), to: directory.exit)
    }

    private func lastLines(bytes: Int) -> String {
        TerminationMessage.endOfLog(directory.log, lines: 80, bytes: bytes)
    }

    // MARK: System calls

    static func setCloseOnExec(_ descriptor: Int32) -> Bool { fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 }

    private func setNonBlocking(_ descriptor: Int32) {
        let flags = fcntl(descriptor, F_GETFL)
        if flags >= 0 { _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) }
    }

    /// Waits for the child on a thread of its own and says so through a pipe.
    private static func reap(_ pid: pid_t, telling descriptor: Int32) -> SharedStatus {
        let status = SharedStatus()
        Thread.detachNewThread {
            var code: Int32 = 0
            while waitpid(pid, &code, 0) < 0, errno == EINTR {}
            status.store(code)
            var byte = UInt8(ascii: "E")
            write(descriptor, &byte, 1)
        }
        return status
    }

    /// Turns the signals that ask a process to end into a byte in a pipe.
    private static func relaySignals(to descriptor: Int32) -> [any DispatchSourceSignal] {
        [SIGTERM, SIGINT, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                var byte = UInt8(ascii: "T")
                write(descriptor, &byte, 1)
            }
            source.resume()
            return source
        }
    }
}

/// A child's wait status, handed from the thread that waits.
final class SharedStatus: Sendable {
    private let value = Atomic<Int32>(0)

    func store(_ code: Int32) { value.store(code, ordering: .releasing) }
    func load() -> Int32 { value.load(ordering: .acquiring) }
}
