import Foundation

/// The clock on the wall of a time zone, in whole seconds.
///
/// A wall-clock time is counted as if it were UTC: seconds since 1970-01-01 00:00 on that wall.
struct ZoneClock {
    let zone: TimeZone

    /// No offset from UTC is larger, and no two changes of an offset are nearer.
    private static let reach = 16 * 3600

    /// What the wall shows ahead of UTC.
    func offset(at instant: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant)))
    }

    /// What the wall shows.
    func wall(at instant: Int) -> Int { instant + offset(at: instant) }

    /// When the wall shows a time: the first moment where it does so twice, and where it never does, since the clocks
    /// were put forward over it, the moment of that change.
    ///
    /// It never decreases as the wall's time grows.
    func instant(atWall wall: Int) -> Int {
        let (early, late) = (wall - Self.reach, wall + Self.reach)
        let (before, after) = (offset(at: early), offset(at: late))
        if before == after { return wall - before }
        let change = firstInstant(after: early, upTo: late, withoutOffset: before)
        if wall - before < change { return wall - before }
        return max(wall - after, change)
    }

    /// The earliest wall time whose first moment may lie after what the wall shows now: it is behind where the clocks
    /// were put back a short while ago.
    func latestWall(before instant: Int) -> Int {
        instant + max(offset(at: instant), offset(at: instant - 26 * 3600))
    }

    /// The moment of a change, by bisection: the zone's table is not to be had, and its offsets are cheap.
    private func firstInstant(after early: Int, upTo late: Int, withoutOffset offset: Int) -> Int {
        var (low, high) = (early, late)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if self.offset(at: middle) == offset { low = middle } else { high = middle }
        }
        return high
    }
}
