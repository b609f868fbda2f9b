import Foundation
import KubernetesCore
import Testing

@testable import LocalNode

/// What a pod's machine does with native sidecars, step by step.
struct SidecarMachineTests {
    /// One thing that happens, what follows from it, and the phase after it.
    struct Step: Sendable {
        var input: String
        var actions: [String]
        var phase: String

        init(_ input: String, _ actions: [String], _ phase: String) {
            self.input = input
            self.actions = actions
            self.phase = phase
        }
    }

    struct Story: Sendable, CustomTestStringConvertible {
        var name: String
        var inits: [String]
        var policy = "Never"
        var deadline: Int64?
        var steps: [Step]
        var testDescription: String { name }
    }

    /// The usual beginning: a sidecar and a main container, both running.
    private static let begun = [
        Step("tick", ["start s0/0"], "Pending"), Step("started s0", ["start m0/0"], "Pending"),
        Step("started m0", [], "Running"),
    ]

    static let stories = [
        Story(
            name: "in order, and back in the reverse", inits: ["s0", "i0", "s1"],
            steps: [
                Step("tick", ["start s0/0"], "Pending"),
                Step("started s0", ["start i0/0"], "Pending"),
                Step("started i0", [], "Pending"),
                Step("exited i0 0", ["start s1/0"], "Pending"),
                Step("started s1", ["start m0/0"], "Pending"),
                Step("started m0", [], "Running"),
                Step("exited m0 0", ["wake 30", "end s1 30"], "Running"),
                Step("+5", ["wake 30"], "Running"),
                Step("exited s1 143", ["end s0 25"], "Running"),
                Step("exited s0 1", [], "Succeeded"),
                Step("+60", [], "Succeeded"),
            ]),
        Story(
            name: "restarted, whatever the policy is", inits: ["s0"],
            steps: begun + [
                Step("exited s0 0", ["start s0/1"], "Running"),
                Step("started s0", [], "Running"),
                Step("exited s0 1", ["backoff s0", "wake 10"], "Running"),
                Step("+10", ["start s0/2"], "Running"),
                Step("started s0", [], "Running"),
                Step("exited s0 1", ["backoff s0", "wake 30"], "Running"),
                Step("exited m0 0", [], "Succeeded"),
                Step("+60", [], "Succeeded"),
            ]),
        Story(
            name: "restarted while an init container runs", inits: ["s0", "i0"],
            steps: [
                Step("tick", ["start s0/0"], "Pending"),
                Step("started s0", ["start i0/0"], "Pending"),
                Step("started i0", [], "Pending"),
                Step("exited s0 1", ["start s0/1"], "Pending"),
                Step("started s0", [], "Pending"),
                Step("exited i0 0", ["start m0/0"], "Pending"),
            ]),
        Story(
            name: "its failure to start keeps all others waiting", inits: ["s0", "i0"],
            steps: [
                Step("tick", ["start s0/0"], "Pending"),
                Step("blocked s0", ["wake 2"], "Pending"),
                Step("+2", ["start s0/0"], "Pending"),
                Step("started s0", ["start i0/0"], "Pending"),
            ]),
        Story(
            name: "an init container's failure ends it first", inits: ["s0", "i0"],
            steps: [
                Step("tick", ["start s0/0"], "Pending"),
                Step("started s0", ["start i0/0"], "Pending"),
                Step("started i0", [], "Pending"),
                Step("exited i0 1", ["end s0 30"], "Pending"),
                Step("exited s0 0", [], "Failed"),
            ]),
        Story(
            name: "an init container that is tried again leaves it alone", inits: ["s0", "i0"], policy: "OnFailure",
            steps: [
                Step("tick", ["start s0/0"], "Pending"),
                Step("started s0", ["start i0/0"], "Pending"),
                Step("started i0", [], "Pending"),
                Step("exited i0 1", ["start i0/1"], "Pending"),
            ]),
        Story(
            name: "a main container that is started again leaves it alone", inits: ["s0"], policy: "OnFailure",
            steps: begun + [
                Step("exited m0 1", ["start m0/1"], "Running"),
                Step("started m0", [], "Running"),
                Step("exited m0 0", ["end s0 30"], "Running"),
                Step("exited s0 143", [], "Succeeded"),
            ]),
        Story(
            name: "a main container's failure is the pod's, its own is not", inits: ["s0"],
            steps: begun + [
                Step("exited m0 3", ["end s0 30"], "Running"), Step("exited s0 0", [], "Failed"),
            ]),
        Story(
            name: "a restart that is under way is ended when it is confirmed", inits: ["s0"],
            steps: begun + [
                Step("exited s0 0", ["start s0/1"], "Running"),
                Step("exited m0 0", [], "Running"),
                Step("started s0", ["end s0 30"], "Running"),
                Step("exited s0 143", [], "Succeeded"),
            ]),
        Story(
            name: "a deletion's grace is shared", inits: ["s0"],
            steps: begun + [
                Step("delete 30", ["wake 30", "end m0 30"], "Running"),
                Step("+10", ["wake 30"], "Running"),
                Step("exited m0 143", ["end s0 20"], "Running"),
                Step("exited s0 0", ["remove"], "Failed"),
            ]),
        Story(
            name: "who waits for its turn for too long gets two seconds", inits: ["s0", "s1"],
            steps: [
                Step("tick", ["start s0/0"], "Pending"),
                Step("started s0", ["start s1/0"], "Pending"),
                Step("started s1", ["start m0/0"], "Pending"),
                Step("started m0", [], "Running"),
                Step("delete 30", ["wake 30", "wake 30", "end m0 30"], "Running"),
                Step("+30", ["end s0 2", "end s1 2"], "Running"),
                Step("exited m0 137", [], "Running"),
                Step("exited s1 137", [], "Running"),
                Step("exited s0 137", ["remove"], "Failed"),
            ]),
        Story(
            name: "without a grace all end at once", inits: ["s0"],
            steps: begun + [Step("delete 0", ["end s0 0", "end m0 0"], "Running")]),
        Story(
            name: "a shorter grace reaches who ends already", inits: ["s0"],
            steps: begun + [
                Step("exited m0 0", ["end s0 30"], "Running"),
                Step("delete 5", ["end s0 5"], "Running"),
                Step("exited s0 0", ["remove"], "Succeeded"),
            ]),
        Story(
            name: "the deadline is that of the regular containers", inits: ["s0"], deadline: 60,
            steps: [
                Step("tick", ["start s0/0", "wake 60"], "Pending"),
                Step("started s0", ["start m0/0", "wake 60"], "Pending"),
                Step("started m0", ["wake 60"], "Running"),
                Step("exited m0 0", ["end s0 30"], "Running"),
                Step("+100", [], "Running"),
                Step("exited s0 0", [], "Succeeded"),
            ]),
        Story(
            name: "a deadline ends the sidecar after main", inits: ["s0"], deadline: 60,
            steps: [
                Step("tick", ["start s0/0", "wake 60"], "Pending"),
                Step("started s0", ["start m0/0", "wake 60"], "Pending"),
                Step("started m0", ["wake 60"], "Running"),
                Step("+60", ["wake 90", "end m0 30"], "Running"),
                Step("exited m0 143", ["end s0 30"], "Running"),
                Step("exited s0 0", [], "Failed DeadlineExceeded"),
            ]),
        Story(
            name: "an orderly stop of the node while it still works", inits: ["s0"],
            steps: begun + [
                Step("exited m0 0", ["end s0 30"], "Running"),
                Step("stop 5", ["end s0 5"], "Running"),
                Step("exited s0 137", [], "Succeeded"),
            ]),
    ]

    @Test(arguments: stories)
    func followsTheKubelet(story: Story) throws {
        let pod = try PodMachineTests.pod(
            inits: story.inits, mains: 1, policy: story.policy, deadline: story.deadline)
        var machine = PodMachine(pod: pod, startTime: Time(PodMachineTests.start))
        var now = PodMachineTests.start
        for (number, step) in story.steps.enumerated() {
            if step.input.hasPrefix("+") { now += Double(step.input.dropFirst()) ?? 0 }
            let input = try #require(Self.input(step.input, machine: machine, now: now))
            let actions = machine.handle(input, now: now).map { Self.text($0) }
            let phase = ([machine.phase.rawValue] + [machine.reason].compactMap(\.self)).joined(separator: " ")
            #expect(actions == step.actions, "\(number): \(step.input)")
            #expect(phase == step.phase, "\(number): \(step.input)")
        }
    }

    private static func input(_ text: String, machine: PodMachine, now: Date) -> PodMachine.Input? {
        let words = text.split(separator: " ").map(String.init)
        let (name, number) = (words.dropFirst().first ?? "", words.last.flatMap { Int($0) } ?? 0)
        let run = machine.run(of: name) ?? 0
        switch words[0] {
        case "started": return .started(container: name, run: run, at: Time(now))
        case "blocked": return .blocked(container: name, reason: "ErrImagePull", message: "no")
        case "exited": return .exited(container: name, run: run, PodMachineTests.exit(number, at: now))
        case "delete": return .deletionRequested(graceSeconds: Int64(number))
        case "stop": return .nodeStopping(graceSeconds: Int64(number))
        default: return .tick
        }
    }

    private static func text(_ action: PodMachine.Action) -> String {
        switch action {
        case .start(let name, let run): "start \(name)/\(run)"
        case .terminate(let name, _, let grace): "end \(name) \(grace)"
        case .endUnhealthy(let name, _, let grace, _): "unhealthy \(name) \(grace)"
        case .wake(let date): "wake \(Int(date.timeIntervalSince(PodMachineTests.start)))"
        case .reportBackoff(let name): "backoff \(name)"
        case .removeFromAPI: "remove"
        case .cleanUp: "clean up"
        }
    }

    @Test func theNextNodeEndsASidecarWhoseMainHasEnded() throws {
        let pod = try PodMachineTests.pod(inits: ["i0", "s0"], mains: 1, policy: "Never")
        let (now, time) = (PodMachineTests.start, Time(PodMachineTests.start))
        var machine = PodMachine(pod: pod, startTime: time)
        let ended = PodMachineTests.exit(0, at: now)
        machine.adopt(
            [
                "i0": FoundContainer(run: 0, exit: ended, startedAt: time),
                "s0": FoundContainer(run: 3, exit: nil, startedAt: time),
                "m0": FoundContainer(run: 0, exit: ended, startedAt: time),
            ], status: pod.status, now: time)
        #expect(
            machine.handle(.tick, now: now) == [.terminate(container: "s0", run: 3, graceSeconds: 30)])
        #expect(machine.phase == .running)
        #expect(machine.handle(.exited(container: "s0", run: 3, ended), now: now) == [])
        #expect(machine.phase == .succeeded)
    }

    @Test func aSidecarCountsForReadyAndInitialized() throws {
        let pod = try PodMachineTests.pod(inits: ["s0", "i0"], mains: 1, policy: "Never")
        var machine = PodMachine(pod: pod, startTime: Time(PodMachineTests.start))
        let now = PodMachineTests.start
        func expect(_ type: String, _ told: String) throws {
            let value = StatusBuilder.status(
                of: pod, machine: machine, facts: .init(podIP: "127.64.0.1", hostIP: "127.0.0.1", now: Time(now)))
            let status = try KubernetesJSON.decode(PodView.Status.self, from: value)
            let condition = status.conditions?.first { $0.type == type }
            #expect(condition.map { "\($0.status) \($0.message ?? "")" } == told)
        }
        _ = machine.handle(.tick, now: now)
        try expect("Initialized", "False containers with incomplete status: [s0 i0]")
        _ = machine.handle(.started(container: "s0", run: 0, at: Time(now)), now: now)
        try expect("Initialized", "False containers with incomplete status: [i0]")
        _ = machine.handle(.started(container: "i0", run: 0, at: Time(now)), now: now)
        _ = machine.handle(.exited(container: "i0", run: 0, PodMachineTests.exit(0, at: now)), now: now)
        _ = machine.handle(.started(container: "m0", run: 0, at: Time(now)), now: now)
        try expect("Ready", "True ")
        _ = machine.handle(.exited(container: "s0", run: 0, PodMachineTests.exit(1, at: now)), now: now)
        try expect("Ready", "False containers with unready status: [s0]")
        try expect("Initialized", "True ")
    }
}
