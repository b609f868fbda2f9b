import Foundation
import Testing

@testable import LocalNode

/// What containers use, from what the kernel tells of processes.
struct UsageTests {
    private let units = HostLook.Units(ticksPerSecond: 100, pageSize: 4096)
    private let run = HostLook.Run(pod: "u1", container: "main", number: 0)

    /// A line of `/proc/<pid>/stat`.
    private static func stat(
        _ process: Int, parent: Int, session: Int? = nil, name: String = "python3", used: [Int] = [0, 0, 0, 0],
        start: Int = 0, pages: Int = 0
    ) -> String {
        let times = used.map(String.init).joined(separator: " ")
        return "\(process) (\(name)) S \(parent) \(process) \(session ?? process) 0 -1 4194560 9 0 0 0 \(times) "
            + "20 0 3 0 \(start) 8000000 \(pages) 18446744073709551615 1 1 0 0\n"
    }

    private static func parse(_ text: String) throws -> ProcessStat { try #require(ProcessStat(Array(text.utf8))) }

    private func look(
        at: Double, cpu: Double = 0, host: Double = 0, since: Double = 0, bytes: Int64 = 0, runs: [HostLook.Run]? = nil
    ) -> HostLook {
        HostLook(
            at: at, date: Date(timeIntervalSince1970: 1_000_000 + at), host: .init(cpuSeconds: host, bytes: 7),
            runs: Dictionary(
                uniqueKeysWithValues: (runs ?? [run]).map {
                    ($0, .init(cpuSeconds: cpu, bytes: bytes, startedAt: since))
                }))
    }

    private func told(_ meter: UsageMeter, at now: Double) throws -> NodeUsage.Reading {
        var meter = meter
        let step = meter.next(now: now)
        guard case .tell(let reading) = step else {
            throw NodeHarness.NotSeen(what: "a reading at \(now): \(step)")
        }
        return reading
    }

    // MARK: - Processes

    @Test func aProcessIsReadWhateverItsNameIs() throws {
        for name in ["python3", "a b", "x) R 1 (", "é\u{301}(", ""] {
            let stat = try Self.parse(
                Self.stat(42, parent: 7, session: 5, name: name, used: [1, 20, 300, 4000], start: 77, pages: 12))
            #expect(stat.process == 42 && stat.parent == 7 && stat.session == 5, "\(name)")
            #expect(stat.ticks == 4321 && stat.startTicks == 77 && stat.pages == 12, "\(name)")
        }
        for text in ["", "42", "42 (sh)", "42 (sh) S 1 2 3", "x (sh) " + Self.stat(1, parent: 1).dropFirst(12)] {
            #expect(ProcessStat(Array(text.utf8)) == nil, "\(text)")
        }
    }

    @Test func aRunIsAllThatItsShimStarted() throws {
        // A shim, the sandbox, its first process, the program, and a child of that; beside it another run, and a stranger.
        let processes = try [
            Self.stat(10, parent: 1, used: [900, 0, 0, 0], start: 500, pages: 100),
            Self.stat(11, parent: 10, used: [1, 1, 0, 0], pages: 1), Self.stat(12, parent: 11, pages: 2),
            Self.stat(13, parent: 12, used: [100, 50, 25, 5], pages: 300),
            Self.stat(14, parent: 13, used: [18, 0, 0, 0], pages: 10),
            Self.stat(20, parent: 1), Self.stat(21, parent: 20, used: [7, 0, 0, 0]),
            Self.stat(30, parent: 1, used: [5000, 0, 0, 0]),
        ].map(Self.parse)
        let other = HostLook.Run(pod: "u2", container: "main", number: 3)
        let totals = HostLook.totals(of: processes, shims: [10: run, 20: other], units)
        #expect(totals.keys.count == 2)
        #expect(totals[run] == .init(cpuSeconds: 2, bytes: 313 * 4096, startedAt: 5))
        #expect(totals[other]?.cpuSeconds == 0.07)
        // Numbers that were given anew while they were read may even make a circle.
        let circle = try [Self.stat(10, parent: 11), Self.stat(11, parent: 10, used: [3, 0, 0, 0])].map(Self.parse)
        #expect(HostLook.totals(of: circle, shims: [10: run], units)[run]?.cpuSeconds == 0.03)
    }

    @Test func theHostIsReadAsItTells() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("usage-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        func file(_ name: String, _ text: String) throws {
            let place = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: place)
        }
        let reader = HostReader(paths: NodePaths(state: "/state"), proc: folder.path)
        #expect(reader.look() == nil, "a host without /proc tells nothing")
        try file("stat", "cpu  100 10 30 9999 500 5 5 1000 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n")
        try file("meminfo", "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    600 kB\n")
        let run = "/state/pods/u1/containers/main/runs/4"
        for (number, session, line) in [
            (10, 10, "fairlead\0shim\0\(run)\0"), (20, 20, "fairlead\0shim\0/other/pods/u1/containers/main/runs/4\0"),
            (40, 40, "vi\0\(run)/log\0"), (50, 1, "fairlead\0shim\0\(run)\0"),
        ] {
            try file("\(number)/stat", Self.stat(number, parent: 1, session: session))
            try file("\(number)/cmdline", line)
        }
        try file("11/stat", Self.stat(11, parent: 10, session: 10, used: [30, 0, 0, 0]))
        let look = try #require(reader.look(at: 9))
        #expect(look.at == 9 && look.host == .init(cpuSeconds: 1.5, bytes: 400 * 1024))
        #expect(look.runs.mapValues(\.cpuSeconds) == [.init(pod: "u1", container: "main", number: 4): 0.3])
    }

    // MARK: - Rates

    @Test func aRateTakesTwoLooks() throws {
        var meter = UsageMeter()
        #expect(meter.next(now: 100) == .look)
        meter.saw(look(at: 100, cpu: 30, host: 50))
        #expect(meter.next(now: 100.25) == .wait(seconds: 0.75))
        #expect(meter.next(now: 101) == .look)
        meter.saw(look(at: 101, cpu: 30.5, host: 51.5, bytes: 9))
        let reading = try told(meter, at: 101.1)
        #expect(reading.host == .init(cores: 1.5, bytes: 7) && reading.seconds == 1)
        #expect(reading.takenAt == Date(timeIntervalSince1970: 1_000_101))
        #expect(reading.pods == ["u1": .init(seconds: 1, containers: ["main": .init(cores: 0.5, bytes: 9)])])
        // It holds for a while, so that those who ask together are told the same.
        #expect(try told(meter, at: 105.9) == reading)
        #expect(meter.next(now: 106) == .look)
        meter.saw(look(at: 111, cpu: 32.5))
        #expect(try told(meter, at: 111).pods["u1"]?.containers["main"]?.cores == 0.2)
        #expect(try told(meter, at: 111).pods["u1"]?.seconds == 10)
    }

    @Test func manyWhoAskAtATimeLookOnce() throws {
        var meter = UsageMeter()
        for now in [100.0, 101.5] {
            #expect(meter.next(now: now) == .look)
            for _ in 0..<3 { #expect(meter.next(now: now + 0.01) == .wait(seconds: UsageMeter.glance)) }
            meter.saw(look(at: now + 0.02, cpu: now))
        }
        let reading = try told(meter, at: 101.6)
        #expect(meter.next(now: 101.7) == .tell(reading))
        // Who saw nothing keeps nobody else from looking.
        #expect(meter.next(now: 107) == .look)
        meter.saw(nil)
        #expect(meter.next(now: 107.1) == .look)
    }

    @Test func whatWasLongAgoIsForgotten() throws {
        var meter = UsageMeter()
        meter.saw(look(at: 100, cpu: 0))
        meter.saw(look(at: 110, cpu: 1))
        #expect(meter.next(now: 170) == .look)
        meter.saw(look(at: 170, cpu: 500))
        #expect(meter.next(now: 170) == .wait(seconds: 1))
        meter.saw(look(at: 171, cpu: 500.25))
        #expect(try told(meter, at: 171).pods["u1"]?.containers["main"]?.cores == 0.25)
    }

    @Test func aContainerCountsWhenItHasSettled() throws {
        var meter = UsageMeter()
        meter.saw(look(at: 100, runs: []))
        meter.saw(look(at: 110, cpu: 4, since: 101))
        #expect(try told(meter, at: 110).pods.isEmpty, "it still begins")
        meter.saw(look(at: 111, cpu: 4.5, since: 101.5))
        #expect(try told(meter, at: 111).pods.isEmpty, "also where it was there before")
        meter.saw(look(at: 121, cpu: 5.5, since: 101))
        #expect(try told(meter, at: 121).pods["u1"]?.containers["main"]?.cores == 0.1)

        var late = UsageMeter()
        late.saw(look(at: 100, runs: []))
        late.saw(look(at: 120, cpu: 4, since: 104))
        let pod = try told(late, at: 120).pods["u1"]
        #expect(pod == .init(seconds: 16, containers: ["main": .init(cores: 0.25, bytes: 0)]))
        // Another run of it begins anew; what is gone is not told, and time never runs backwards.
        let again = HostLook.Run(pod: "u1", container: "main", number: 1)
        late.saw(look(at: 130, cpu: 9, since: 125, runs: [again]))
        #expect(try told(late, at: 130).pods.isEmpty)
        late.saw(look(at: 140, cpu: 3, since: 125, runs: [again]))
        #expect(try told(late, at: 140).pods["u1"]?.containers["main"]?.cores == 0)
    }

    // MARK: - This very host

    @Test func thisHostIsMeasured() async throws {
        let usage = NodeUsage(stateDirectory: "/nowhere")
        let burning = Task.detached {
            var sum: UInt64 = 0
            while !Task.isCancelled { sum = sum &* 3 &+ 1 }
            return sum
        }
        let reading = try #require(await usage.reading())
        burning.cancel()
        _ = await burning.value
        #expect(reading.host.cores > 0.05 && reading.host.cores < 4096, "\(reading)")
        #expect(reading.host.bytes > 1 << 20 && reading.seconds >= 1, "\(reading)")
        #expect(abs(reading.takenAt.timeIntervalSinceNow) < 30 && reading.pods.isEmpty)
    }
}
