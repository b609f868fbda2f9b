/// Makes of what was used until two moments what is used now: a value, with the time in seconds as a parameter.
///
/// It looks when somebody asks, and not otherwise: every few seconds at most, and twice with a second between where
/// nobody has asked for a minute. Where many ask at a time one of them looks, and the others wait for what it sees.
struct UsageMeter: Sendable {
    /// What to do for somebody who asks.
    enum Step: Sendable, Hashable {
        case tell(NodeUsage.Reading)
        case wait(seconds: Double)
        case look
    }

    /// For how long an answer holds.
    static let lifetime = 5.0
    /// The shortest time over which is measured.
    static let shortest = 1.0
    /// The longest: what was before says nothing about now.
    static let longest = 60.0
    /// What a container takes to begin says nothing about what it needs: it counts from this age on.
    static let settling = 10.0

    /// How soon somebody asks again while another one looks.
    static let glance = 0.05

    private var former: HostLook?
    private var latest: HostLook?
    private var isLooking = false

    /// What to do at a moment; who is told to look must tell what it saw.
    mutating func next(now: Double) -> Step {
        if isLooking { return .wait(seconds: Self.glance) }
        let step = step(now: now)
        isLooking = step == .look
        return step
    }

    private func step(now: Double) -> Step {
        guard let latest, now - latest.at < Self.longest else { return .look }
        let age = now - latest.at
        guard let former else { return age < Self.shortest ? .wait(seconds: Self.shortest - age) : .look }
        return age < Self.lifetime ? .tell(Self.reading(from: former, to: latest)) : .look
    }

    /// Takes a look; nil where there was nothing to be seen.
    mutating func saw(_ look: HostLook?) {
        isLooking = false
        guard let look else { return }
        let age = latest.map { look.at - $0.at } ?? .infinity
        former = age < Self.longest ? latest : nil
        latest = look
    }

    private static func reading(from former: HostLook, to latest: HostLook) -> NodeUsage.Reading {
        let window = latest.at - former.at
        var reading = NodeUsage.Reading(
            takenAt: latest.date, seconds: window, host: amount(latest.host, since: former.host.cpuSeconds, in: window))
        let settled = latest.runs.filter { latest.at - $0.value.startedAt >= Self.settling }
        for (run, total) in settled.sorted(by: { $0.key.number < $1.key.number }) {
            let before = former.runs[run]
            let seconds = latest.at - (before == nil ? total.startedAt : former.at)
            var pod = reading.pods[run.pod] ?? NodeUsage.Pod(seconds: seconds)
            pod.seconds = max(pod.seconds, seconds)
            pod.containers[run.container] = amount(total, since: before?.cpuSeconds ?? 0, in: seconds)
            reading.pods[run.pod] = pod
        }
        return reading
    }

    private static func amount(_ total: HostLook.Total, since used: Double, in seconds: Double) -> NodeUsage.Amount {
        // A process for which nobody waited takes its time away with it.
        NodeUsage.Amount(cores: max(0, total.cpuSeconds - used) / seconds, bytes: total.bytes)
    }
}
