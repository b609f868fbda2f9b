/// The share of a track, and how its revisions divide that.
public struct TrackShare: Sendable, Hashable {
    /// The percent of the service's requests that the track is to get.
    public var percent: Int
    /// The percent of the track's requests that each of its revisions gets; empty where none can answer.
    public var weights: [String: Int]

    /// Describes a track.
    public init(percent: Int, weights: [String: Int]) {
        self.percent = percent
        self.weights = weights
    }

    /// The percent of the service's requests that each revision gets, over all tracks.
    ///
    /// Guarantees: 100 in all wherever a track with a share can answer, else empty: what a track can not answer is
    /// divided among the others by their shares. Who is to get anything gets 1 at least; all others are within 1 of
    /// their exact share as far as that allows (the method of the largest remainder).
    public static func combine(_ tracks: [Self]) -> [String: Int] {
        var exact: [(revision: String, weight: Double)] = []
        for track in tracks where track.percent > 0 {
            let sum = track.weights.values.reduce(0.0) { $0 + Double(max(0, $1)) }
            for (revision, weight) in track.weights.sorted(by: { $0.key < $1.key }) where weight > 0 {
                exact.append((revision, Double(track.percent) * Double(weight) / sum))
            }
        }
        let total = exact.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return [:] }
        var parts = exact.map { part in
            let share = part.weight * 100 / total
            return (revision: part.revision, share: share, percent: max(1, Int(share.rounded(.down))))
        }
        while true {
            let rest = 100 - parts.reduce(0) { $0 + $1.percent }
            if rest == 0 { break }
            let gap: (Int) -> Double = { parts[$0].share - Double(parts[$0].percent) }
            let candidates = parts.indices.filter { rest > 0 || parts[$0].percent > 1 }
            let next =
                rest > 0
                ? candidates.max { gap($0) < gap($1) } : candidates.min { gap($0) < gap($1) }
            guard let next else { break }
            parts[next].percent += rest > 0 ? 1 : -1
        }
        return parts.reduce(into: [:]) { $0[$1.revision, default: 0] += $1.percent }
    }
}
