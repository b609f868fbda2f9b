import FairleadAPI
import PropertyTesting
import Testing

@testable import FairleadRouter

@Suite("Autoscaler")
struct AutoscalerTests {
    /// A revision whose pods are ready some seconds after they are asked for.
    private struct World {
        var autoscaler = Autoscaler(stableWindow: .seconds(60))
        var settings = Autoscaler.Settings()
        var now = Duration.zero
        var current = 1
        var ready = 1
        var startTime = Duration.seconds(4)
        /// When each further pod is ready.
        var coming: [Duration] = []

        mutating func look(_ load: Double?, isActive: Bool? = nil) {
            now += .seconds(2)
            ready += coming.filter { $0 <= now }.count
            coming.removeAll { $0 <= now }
            let wanted = autoscaler.decide(
                Autoscaler.Observation(
                    current: current, ready: ready, load: load, isActive: isActive ?? ((load ?? 0) > 0)),
                settings, now: now)
            if wanted > current {
                coming += [Duration](repeating: now + startTime, count: wanted - current)
            } else if wanted < current {
                var excess = current - wanted
                let unready = min(excess, coming.count)
                coming.removeLast(unready)
                excess -= unready
                ready -= excess
            }
            current = wanted
        }

        mutating func run(_ seconds: Int, load: Double?, isActive: Bool? = nil) {
            for _ in 0..<(seconds / 2) { look(load, isActive: isActive) }
        }
    }

    /// From the documentation of Knative's autoscaler and its defaults: stable window 60 s, panic window 10 %, panic
    /// threshold 200 %, up by 1000, down by 2.
    @Test(
        "as Knative's documentation has it",
        arguments: [
            // Load for a minute, target a pod, pods before and after.
            (load: 0.0, target: 10.0, before: 1, after: 1), (9, 10, 1, 1), (10, 10, 1, 1), (11, 10, 1, 2),
            (100, 10, 1, 10), (50, 10, 10, 10), (1000, 10, 10, 100), (1, 100, 1, 1), (200, 70, 3, 3),
        ])
    func table(load: Double, target: Double, before: Int, after: Int) {
        var world = World(current: before, ready: before)
        world.settings.target = target
        world.settings.most = 1000
        world.run(58, load: load)
        #expect(world.current == after)
    }

    @Test("a burst that is twice what the ready pods take is answered by the panic window, at once")
    func panic() {
        var world = World()
        world.settings.most = 100
        world.run(120, load: 4)
        #expect(world.current == 1)
        // The stable mean of 60 s would say 8 after 6 s of 80; the panic window says 10.
        world.run(6, load: 80)
        #expect(world.current == 10)
        // Nothing shrinks while it panics, nor for a stable window after that.
        world.run(40, load: 8)
        #expect(world.current == 10)
        world.run(200, load: 8)
        #expect(world.current == 2)
    }

    @Test("it shrinks by half of what is ready at a time, and not before it has watched for a stable window")
    func shrinks() {
        var world = World(current: 16, ready: 16)
        world.settings.most = 100
        world.run(58, load: 1)
        #expect(world.current == 16)
        world.look(1)
        world.look(1)
        #expect(world.current == 8)
        world.look(1)
        #expect(world.current == 4)
        world.run(10, load: 1)
        #expect(world.current == 1)
    }

    @Test("it goes up by a thousand times what is ready at most")
    func rateUp() {
        var world = World()
        world.settings.target = 1
        world.settings.most = 1_000_000
        world.look(50_000)
        #expect(world.current == 1000)
    }

    @Test("the last pod goes after nothing came for the idle time, and comes back with the first request")
    func zero() {
        var world = World()
        world.settings.least = 0
        world.run(120, load: 1)
        world.run(60, load: 0, isActive: true)
        world.run(28, load: 0)
        #expect(world.current == 1)
        world.run(6, load: 0)
        #expect(world.current == 0)
        world.run(600, load: 0)
        #expect(world.current == 0)
        world.look(1)
        #expect(world.current == 1)
        // Who asked has gone, but the model is loading: it is not given up.
        world.ready = 0
        world.coming = [world.now + .seconds(600)]
        world.run(590, load: 0)
        #expect(world.current == 1)
        world.run(60, load: 0)
        #expect(world.current == 0)
    }

    @Test("what never gets ready goes to zero after the time for that")
    func neverReady() {
        var world = World(current: 1, ready: 0)
        world.settings.least = 0
        world.run(1190, load: 0)
        #expect(world.current == 1)
        world.run(20, load: 0)
        #expect(world.current == 0)
    }

    @Test("without a measure nothing changes but by the bounds and by silence")
    func unknown() {
        var world = World(current: 4, ready: 4)
        world.settings.most = 10
        world.run(300, load: nil, isActive: true)
        #expect(world.current == 4)
        world.settings.most = 3
        world.look(nil)
        #expect(world.current == 3)
        world.settings.least = 5
        world.settings.most = 8
        world.look(nil)
        #expect(world.current == 5)
    }

    @Test("a constant load, and one that sways by a twentieth, ends with one number of pods", arguments: 0..<60)
    func constant(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let load = generator.unit() * 200
        let sway = seed % 2 == 0 ? 0 : 0.05
        var world = World(current: Int(1 + generator.next() % 40))
        world.ready = world.current
        world.settings.most = 60
        world.run(600, load: load)
        let settled = world.current
        #expect(Double(settled) * 8 >= load, "seed \(seed)")
        var numbers: Set<Int> = []
        for _ in 0..<600 {
            world.look(load * (1 + sway * (generator.unit() - 0.5)))
            numbers.insert(world.current)
        }
        // A mean that comes to lie above a border adds a pod once, and does not take it away again.
        #expect(numbers.count <= 2, "seed \(seed): \(numbers) for \(load)")
        if sway == 0 { #expect(numbers == [settled], "seed \(seed): \(numbers) for \(load)") }
    }

    @Test("within its bounds, and never fewer pods for more load", arguments: 0..<120)
    func bounded(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var low = World()
        low.settings.least = Int(generator.next() % 3)
        low.settings.most = max(1, low.settings.least) + Int(generator.next() % 30)
        low.settings.target = 0.5 + generator.unit() * 20
        low.autoscaler = Autoscaler(stableWindow: low.settings.stableWindow)
        var high = low
        var quiet = Duration.zero
        for step in 0..<400 {
            let loads: [Double] = [0, 0, 0, 0, 1, 1e3, 1e9]
            let load = loads.randomElement(using: &generator) ?? 0
            let extra = generator.chance(0.5) ? 0 : generator.unit() * 100
            let isActive = load > 0 || generator.chance(0.1)
            // The same pods for both, as at that moment.
            high.current = low.current
            high.ready = low.ready
            high.coming = low.coming
            let before = low.current
            high.look(load + extra, isActive: isActive || extra > 0)
            low.look(load, isActive: isActive)
            #expect(low.current <= high.current, "seed \(seed), step \(step)")
            for world in [low, high] {
                #expect(world.current >= world.settings.least && world.current <= world.settings.most, "seed \(seed)")
            }
            quiet = isActive ? .zero : quiet + .seconds(2)
            if low.current == 0, before > 0 { #expect(quiet >= .seconds(30), "seed \(seed), step \(step)") }
            if isActive { #expect(low.current >= 1, "seed \(seed), step \(step)") }
        }
    }

    @Test("numbers that are none change nothing", arguments: [Double.nan, .infinity, -5, .greatestFiniteMagnitude])
    func absurd(load: Double) {
        var world = World()
        world.settings.most = 7
        world.run(10, load: load, isActive: true)
        #expect((1...7).contains(world.current))
    }
}
