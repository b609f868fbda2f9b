import FairleadAPI

/// Decides how many pods a revision has, as Knative's autoscaler (KPA) does.
///
/// The mean load over the stable window, divided by what a pod takes, is the number of pods. Where the panic window, a
/// tenth of it, shows twice what the ready pods take, that window decides, and nothing shrinks, until the panic is over
/// for a stable window.
///
/// Guarantees: within the bounds, whatever is measured; more load never means fewer pods; at one moment at most twice
/// as few pods as are ready, and not fewer at all before it has watched for a stable window; nothing but silence leads
/// to zero.
struct Autoscaler: Sendable {
    /// What is wanted of it.
    struct Settings: Sendable, Hashable {
        /// How much a pod takes.
        var target = 8.0
        var stableWindow = Duration.seconds(60)
        /// How long nothing must come before the last pod goes.
        var idle = Duration.seconds(30)
        /// For how long pods that do not get ready are waited for.
        var readyTimeout = Duration.seconds(1200)
        var least = 1
        var most = 1
        /// How few there may be for now, whatever the load.
        var floor = 0
    }

    /// What there is, and what it has to do.
    struct Observation: Sendable, Hashable {
        /// How many pods there are to be.
        var current: Int
        /// How many are ready.
        var ready: Int
        /// The load of all pods together, in the unit of the target; nil where it is not known.
        var load: Double?
        /// Whether requests are there, or came since the last look.
        var isActive: Bool
    }

    static let panicShare = 0.1
    static let panicThreshold = 2.0
    static let maxScaleUpRate = 1000.0
    static let maxScaleDownRate = 2.0
    /// How much more than its load a smaller number of pods must take: what sways around a border changes nothing.
    static let margin = 1.1

    private var window: LoadWindow
    private var windowLength: Duration
    private var panickedAt: Duration?
    private var panicPods = 0
    /// When something last was there to do, as far as this autoscaler has seen.
    private var activeAt: Duration?
    private var startingSince: Duration?

    /// - Parameter stableWindow: The time over which the load is averaged.
    init(stableWindow: Duration) {
        window = LoadWindow(length: stableWindow)
        windowLength = stableWindow
    }

    /// Takes a look, and says how many pods there shall be.
    mutating func decide(_ seen: Observation, _ settings: Settings, now: Duration) -> Int {
        if windowLength != settings.stableWindow { self = Self(stableWindow: settings.stableWindow) }
        note(seen, now: now)
        if let load = seen.load, load.isFinite { window.add(max(0, load), at: now) }
        var wanted = scaled(seen, settings, now: now)
        if seen.isActive { wanted = max(1, wanted) }
        if wanted <= 1, seen.current > 0, !isIdle(seen, settings, now: now) { wanted = max(1, wanted) }
        if wanted == 1, settings.least == 0, isIdle(seen, settings, now: now) { wanted = 0 }
        let least = min(max(settings.least, settings.floor, 0), settings.most)
        return min(max(wanted, least), settings.most)
    }

    private mutating func note(_ seen: Observation, now: Duration) {
        if seen.isActive || activeAt == nil { activeAt = now }
        if seen.current > 0, seen.ready == 0 {
            startingSince = startingSince ?? now
        } else if startingSince != nil {
            startingSince = nil
            // Who waited for it may need a moment to ask again.
            activeAt = now
        }
    }

    /// Whether nothing came for long enough, and nothing is on its way up.
    private func isIdle(_ seen: Observation, _ settings: Settings, now: Duration) -> Bool {
        guard !seen.isActive, let activeAt, now - activeAt >= settings.idle else { return false }
        return startingSince.map { now - $0 >= settings.readyTimeout } ?? true
    }

    private mutating func scaled(_ seen: Observation, _ settings: Settings, now: Duration) -> Int {
        guard let stable = window.mean(at: now) else { return seen.current }
        let target = settings.target > 0 ? settings.target : 1
        let ready = Double(max(1, seen.ready))
        let panic = window.mean(of: Self.panicShare, at: now) ?? stable
        let bounded: (Double) -> Int = { load in
            let raw = (load / target).rounded(.up)
            let upper = min(Double(Int32.max), (ready * Self.maxScaleUpRate).rounded(.up))
            return Int(min(max(raw, (ready / Self.maxScaleDownRate).rounded(.down)), upper))
        }
        let stablePods = bounded(stable)
        let panicPods = bounded(panic)
        if (panic / target).rounded(.up) / ready >= Self.panicThreshold {
            panickedAt = now
        } else if let began = panickedAt, now - began > settings.stableWindow {
            panickedAt = nil
            self.panicPods = 0
        }
        var wanted = stablePods
        if panickedAt != nil {
            self.panicPods = max(self.panicPods, stablePods, panicPods)
            wanted = self.panicPods
        }
        guard wanted < seen.current else { return wanted }
        guard window.isFull(at: now), panickedAt == nil else { return seen.current }
        return min(seen.current, bounded(stable * Self.margin))
    }
}
