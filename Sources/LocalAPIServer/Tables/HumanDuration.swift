import KubernetesCore

/// Lengths of time as Kubernetes shows them to people: `5s`, `2m3s`, `3h`, `5d`.
enum HumanDuration {
    /// The length in the two largest units that matter.
    static func text(seconds: Int64) -> String {
        if seconds < -1 { return "<invalid>" }
        if seconds < 0 { return "0s" }
        if seconds < 120 { return "\(seconds)s" }
        let minutes = seconds / 60
        if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
        if minutes < 180 { return "\(minutes)m" }
        let hours = minutes / 60
        if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        let days = hours / 24
        if hours < 192 { return pair(days, "d", hours % 24, "h") }
        if days < 730 { return "\(days)d" }
        if days < 2920 { return pair(days / 365, "y", days % 365, "d") }
        return "\(days / 365)y"
    }

    /// The time since a moment in an object; nil where there is none.
    static func since(_ moment: JSONValue?, now: Time) -> String? {
        guard let text = moment?.stringValue, !text.isEmpty else { return nil }
        guard let time = Time(text) else { return "<invalid>" }
        return Self.text(seconds: now.secondsSince1970 - time.secondsSince1970)
    }

    private static func pair(_ first: Int64, _ firstUnit: String, _ second: Int64, _ secondUnit: String) -> String {
        second == 0 ? "\(first)\(firstUnit)" : "\(first)\(firstUnit)\(second)\(secondUnit)"
    }
}
