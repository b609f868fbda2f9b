/// When a shim signals its program: a value, with the clock in seconds as a parameter.
struct ShimMachine: Sendable {
    /// What to do with the program.
    enum Action: Sendable, Hashable {
        case sendTerminate
        case killTree
    }

    private let orphanSeconds: Double
    private var killAt: Double?
    private var orphanedAt: Double?
    private var hasTerminated = false
    /// Whether the program was ended since nobody adopted it in time.
    private(set) var hasEndedOrphan = false

    /// The grace that an orphan gets when its minute is over.
    static let orphanGraceSeconds = 5.0

    init(orphanSeconds: Double) { self.orphanSeconds = orphanSeconds }

    /// When ``tick(now:)`` is due next; nil for never.
    var deadline: Double? {
        let orphanEnd = hasTerminated ? nil : orphanedAt.map { $0 + orphanSeconds }
        return [killAt, orphanEnd].compactMap(\.self).min()
    }

    mutating func command(_ command: ShimCommand, now: Double) -> [Action] {
        switch command {
        case .adopt:
            orphanedAt = nil
            return []
        case .terminate(let seconds):
            return terminate(grace: Double(max(0, seconds)), now: now)
        }
    }

    /// The node's end of the pipe closed.
    mutating func nodeGone(now: Double) {
        if orphanedAt == nil { orphanedAt = now }
    }

    mutating func tick(now: Double) -> [Action] {
        if let killAt, now >= killAt {
            // Said again until the program's end is seen: a process that is being made now is killed the next time.
            self.killAt = now + 0.5
            return [.killTree]
        }
        if let orphanedAt, !hasTerminated, now >= orphanedAt + orphanSeconds {
            hasEndedOrphan = true
            return terminate(grace: Self.orphanGraceSeconds, now: now)
        }
        return []
    }

    private mutating func terminate(grace: Double, now: Double) -> [Action] {
        let isFirst = !hasTerminated
        hasTerminated = true
        killAt = min(killAt ?? .infinity, now + grace)
        if grace <= 0 { return tick(now: now) }
        return isFirst ? [.sendTerminate] : []
    }
}
