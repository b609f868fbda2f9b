import Foundation
import KubernetesCore
import PropertyTesting
import Testing

@testable import LocalNode

struct PodMachineTests {
    static let start = Date(timeIntervalSince1970: 1_700_000_000)

    /// A pod whose init containers have the names in `inits`; those that begin with `s` are sidecars.
    static func pod(inits: [String], mains: Int, policy: String, deadline: Int64? = nil) throws -> PodManifest {
        var spec: JSONValue = [
            "restartPolicy": .string(policy),
            "containers": .array((0..<mains).map { ["name": .string("m\($0)"), "image": "i"] }),
            "initContainers": .array(
                inits.map { name in
                    var container: JSONValue = ["name": .string(name), "image": "i"]
                    if name.hasPrefix("s") { container["restartPolicy"] = "Always" }
                    return container
                }),
        ]
        if let deadline { spec["activeDeadlineSeconds"] = .integer(deadline) }
        return try KubernetesJSON.decode(
            PodManifest.self, from: ["metadata": ["name": "p", "namespace": "default", "uid": "u"], "spec": spec])
    }

    static func exit(_ code: Int, at date: Date, ran seconds: Double = 0) -> ContainerExit {
        ContainerExit(
            exitCode: code, reason: code == 0 ? "Completed" : "Error",
            startedAt: Time(date.addingTimeInterval(-seconds)), finishedAt: Time(date))
    }

    /// The world around a machine: what it started, and the rules that it must keep.
    struct World {
        var machine: PodMachine
        var now = PodMachineTests.start
        var pendingStarts: [String: Int] = [:]
        var running: [String: Int] = [:]
        var removals = 0
        var cleanUps = 0
        var wakes: Set<Date> = []

        private var live: [String] { Array(pendingStarts.keys) + Array(running.keys) }

        mutating func handle(_ input: PodMachine.Input) {
            let before = machine
            let actions = machine.handle(input, now: now)
            if before.isTerminal {
                #expect(machine.phase == before.phase, "a terminal phase changed")
                #expect(machine.reason == before.reason)
            }
            if machine.isTerminal { #expect(!machine.hasLiveContainer, "terminal with a live container") }
            for action in actions {
                switch action {
                case .start(let name, let run):
                    #expect(pendingStarts[name] == nil && running[name] == nil, "\(name) was started twice")
                    #expect(machine.ending == nil && !before.isTerminal, "a start in a pod that ends")
                    #expect(!machine.isComplete, "a start in a pod whose regular containers have ended")
                    let place = machine.containers.firstIndex { $0.name == name } ?? 0
                    if name.hasPrefix("m") {
                        #expect(machine.isInitialized, "main before init")
                    } else if name.hasPrefix("i") {
                        #expect(live.allSatisfy { $0.hasPrefix("s") }, "two init containers at once")
                        #expect(machine.containers[..<place].allSatisfy { $0.isInitialized }, "out of order")
                    }
                    pendingStarts[name] = run
                case .terminate(let name, let run, _):
                    #expect(running[name] == run, "the end of what does not run was asked for")
                    if name.hasPrefix("s"), let end = machine.endsAt, now < end {
                        let place = machine.containers.firstIndex { $0.name == name } ?? 0
                        let later = machine.containers[(place + 1)...].filter { $0.role == .sidecar }.map(\.name)
                        #expect(live.allSatisfy { $0.hasPrefix("s") }, "a sidecar ends before what needs it")
                        #expect(!live.contains(where: later.contains), "sidecars end in the wrong order")
                    }
                case .endUnhealthy(let name, let run, _, _):
                    #expect(running[name] == run, "the end of what does not run was asked for")
                case .removeFromAPI:
                    removals += 1
                    #expect(running.isEmpty && pendingStarts.isEmpty)
                case .cleanUp:
                    cleanUps += 1
                    #expect(running.isEmpty && pendingStarts.isEmpty)
                case .wake(let date): wakes.insert(date)
                case .reportBackoff: break
                }
            }
        }

        mutating func step(_ generator: inout SeededGenerator) {
            switch Int.random(in: 0..<14, using: &generator) {
            case 12...13:
                let name = machine.containers.randomElement(using: &generator)?.name ?? "m0"
                let results: [PodMachine.ProbeResult] = [
                    .started, .ready(true), .ready(false), .unhealthy(.liveness, graceSeconds: nil),
                ]
                handle(
                    .probed(
                        container: name, run: running[name] ?? 0, results.randomElement(using: &generator) ?? .started))
            case 0...3:
                guard let (name, run) = pendingStarts.sorted(by: { $0.key < $1.key }).first else { return }
                pendingStarts[name] = nil
                if Int.random(in: 0..<5, using: &generator) == 0 {
                    handle(.blocked(container: name, reason: "ErrImagePull", message: "no"))
                } else {
                    running[name] = run
                    handle(.started(container: name, run: run, at: Time(now)))
                }
            case 4...7:
                guard let (name, run) = running.sorted(by: { $0.key < $1.key }).randomElement(using: &generator) else {
                    return
                }
                running[name] = nil
                let code = [0, 0, 1, 137].randomElement(using: &generator) ?? 0
                handle(.exited(container: name, run: run, PodMachineTests.exit(code, at: now)))
            case 8:
                // News that is late or wrong changes nothing.
                handle(.exited(container: "m0", run: 99, PodMachineTests.exit(0, at: now)))
            case 9...10:
                now += [1, 20, 400].randomElement(using: &generator) ?? 1
                handle(.tick)
            default:
                let ends: [PodMachine.Input] = [
                    .deletionRequested(graceSeconds: 30), .deletionRequested(graceSeconds: 0), .vanished,
                    .nodeStopping(graceSeconds: 5), .tick, .tick, .tick, .tick, .tick,
                ]
                handle(ends.randomElement(using: &generator) ?? .tick)
            }
        }

        mutating func settle(exitCode: Int) {
            while !pendingStarts.isEmpty || !running.isEmpty {
                for (name, run) in pendingStarts {
                    pendingStarts[name] = nil
                    running[name] = run
                    handle(.started(container: name, run: run, at: Time(now)))
                }
                for (name, run) in running {
                    running[name] = nil
                    handle(.exited(container: name, run: run, PodMachineTests.exit(exitCode, at: now)))
                }
            }
        }
    }

    @Test func everyOrderOfEventsKeepsTheRulesAndEnds() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            let pod = try Self.pod(
                inits: (0..<Int.random(in: 0...4, using: &generator)).map { number in
                    (Bool.random(using: &generator) ? "i" : "s") + String(number)
                },
                mains: Int.random(in: 1...3, using: &generator),
                policy: ["Always", "OnFailure", "Never"].randomElement(using: &generator) ?? "Never",
                deadline: [nil, nil, 30].randomElement(using: &generator) ?? nil)
            var world = World(machine: PodMachine(pod: pod, startTime: Time(Self.start)))
            world.handle(.tick)
            for _ in 0..<60 { world.step(&generator) }
            world.handle(.deletionRequested(graceSeconds: 0))
            world.settle(exitCode: 137)
            #expect(world.machine.isTerminal)
            world.handle(.vanished)
            world.handle(.vanished)
            #expect(world.cleanUps == 1)
            #expect(world.removals <= 1)
        }
    }

    @Test func aPodThatNobodyDeletesEndsByItself() throws {
        for (policy, code, phase) in [("Never", 0, "Succeeded"), ("Never", 1, "Failed"), ("OnFailure", 0, "Succeeded")]
        {
            var world = World(
                machine: PodMachine(
                    pod: try Self.pod(inits: ["s0", "i0", "s1", "i1"], mains: 2, policy: policy),
                    startTime: Time(Self.start)))
            world.handle(.tick)
            world.settle(exitCode: code)
            #expect(world.machine.phase.rawValue == phase, "\(policy) \(code)")
        }
    }

    @Test func backsOffAsTheKubeletDoes() throws {
        var world = World(
            machine: PodMachine(pod: try Self.pod(inits: [], mains: 1, policy: "Always"), startTime: Time(Self.start)))
        var waits: [Double] = []
        world.handle(.tick)
        for _ in 0..<9 {
            let run = world.machine.containers[0].run
            world.pendingStarts = [:]
            world.running = ["m0": run]
            world.handle(.started(container: "m0", run: run, at: Time(world.now)))
            world.running = [:]
            world.handle(.exited(container: "m0", run: run, Self.exit(1, at: world.now)))
            let due = world.machine.containers[0].retryAt ?? world.now
            waits.append(due.timeIntervalSince(world.now))
            if due > world.now {
                #expect(world.machine.phase == .running)
                world.now = due
                world.handle(.tick)
            }
        }
        #expect(waits == [0, 10, 20, 40, 80, 160, 300, 300, 300])
        #expect(world.machine.containers[0].run == 9)
    }

    @Test func theDeadlineEndsThePodWithItsReason() throws {
        var world = World(
            machine: PodMachine(
                pod: try Self.pod(inits: [], mains: 1, policy: "Never", deadline: 5), startTime: Time(Self.start)))
        world.handle(.tick)
        #expect(world.wakes == [Self.start.addingTimeInterval(5)])
        world.pendingStarts = [:]
        world.running = ["m0": 0]
        world.handle(.started(container: "m0", run: 0, at: Time(world.now)))
        world.now += 5
        world.handle(.tick)
        #expect(world.machine.phase == .running, "the exit is not known yet")
        world.settle(exitCode: 143)
        #expect(world.machine.phase == .failed)
        #expect(world.machine.reason == "DeadlineExceeded")
    }

    @Test func anOrderlyStopFailsOnlyWhatCannotGoOn() throws {
        for (policy, phase, reason) in [("Never", PodPhase.failed, "Terminated"), ("Always", .running, nil)] {
            var world = World(
                machine: PodMachine(pod: try Self.pod(inits: [], mains: 1, policy: policy), startTime: Time(Self.start))
            )
            world.handle(.tick)
            world.pendingStarts = [:]
            world.running = ["m0": 0]
            world.handle(.started(container: "m0", run: 0, at: Time(world.now)))
            world.handle(.nodeStopping(graceSeconds: 1))
            world.settle(exitCode: 143)
            #expect(world.machine.phase == phase)
            #expect(world.machine.reason == reason)
        }
    }

    @Test func messagesKeepTheKubeletsBounds() throws {
        let long = String(repeating: "ä", count: 3000)
        for mains in 1...6 {
            let pod = try Self.pod(inits: [], mains: mains, policy: "Never")
            var machine = PodMachine(pod: pod, startTime: Time(Self.start))
            for index in machine.containers.indices {
                var exit = Self.exit(0, at: Self.start)
                exit.message = long
                machine.containers[index].state = .exited(exit)
            }
            _ = machine.handle(.tick, now: Self.start)
            let value = StatusBuilder.status(
                of: pod, machine: machine, facts: .init(podIP: "127.64.0.1", hostIP: "127.0.0.1", now: Time(Self.start))
            )
            let status = try KubernetesJSON.decode(PodView.Status.self, from: value)
            let sizes = (status.containerStatuses ?? []).map { $0.state?.terminated?.message?.utf8.count ?? 0 }
            #expect(sizes.allSatisfy { $0 <= 4096 && $0 <= 12288 / mains && $0 >= 12288 / mains - 2 || $0 == 4096 })
            #expect(status.phase == "Succeeded")
        }
    }
}
