/// Finds what somebody who misspelt a name may have meant.
public enum NearestName {
    /// The candidate with the fewest edits from `name`, nil where none is near enough to be meant.
    ///
    /// An edit is an insertion, a deletion, a substitution or an exchange of neighbours (Damerau's distance in its
    /// restricted form); letter case and the separators `-`, `_` count for nothing.
    public static func find(_ name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = folded(name)
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let other = folded(candidate)
            guard !other.isEmpty, other.count <= 64 else { continue }
            let allowed = min(wanted.count, other.count) / 3
            guard abs(other.count - wanted.count) <= allowed else { continue }
            let distance = distance(wanted, other)
            guard distance <= allowed else { continue }
            if let current = best, (current.distance, current.name) <= (distance, candidate) { continue }
            best = (candidate, distance)
        }
        return best?.name
    }

    /// `; did you mean "x"?`, or nothing where no candidate is near; of what YAML took for a truth value, the advice
    /// about that.
    public static func suggestion(_ name: String, among candidates: some Sequence<String>) -> String {
        if name == "true" || name == "false" { return " (\(YAMLTrap.advice))" }
        return find(name, among: candidates).map { "; did you mean \"\($0)\"?" } ?? ""
    }

    /// The message about a value that is none of a closed list.
    static func notOneOf(_ names: [String], given name: String) -> String {
        "must be one of \(names.joined(separator: ", ")), not \(Quoted.text(name))\(suggestion(name, among: names))"
    }

    private static func folded(_ name: String) -> [UInt8] {
        name.lowercased().utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }
    }

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforePrevious = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        var current = previous
        for row in 1...left.count {
            current[0] = row
            for column in 1...right.count {
                let cost = left[row - 1] == right[column - 1] ? 0 : 1
                var best = min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + cost)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    best = min(best, beforePrevious[column - 2] + 1)
                }
                current[column] = best
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
