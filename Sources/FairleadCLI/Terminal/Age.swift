import Foundation
import KubernetesCore

/// How long ago something was, as kubectl writes it: the finer the younger.
enum Age {
    /// The age of a moment; empty where there is none.
    static func text(since moment: Time?, now: Date) -> String {
        guard let moment else { return "" }
        return text(seconds: Time(now).secondsSince1970 - moment.secondsSince1970)
    }

    /// The age of that many seconds.
    static func text(seconds: Int64) -> String {
        let seconds = max(0, seconds)
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400)
        func pair(_ first: Int64, _ firstUnit: String, _ second: Int64, _ secondUnit: String) -> String {
            second == 0 ? "\(first)\(firstUnit)" : "\(first)\(firstUnit)\(second)\(secondUnit)"
        }
        if seconds < 120 { return "\(seconds)s" }
        if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
        if minutes < 180 { return "\(minutes)m" }
        if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        if days < 8 { return pair(days, "d", hours % 24, "h") }
        if days < 730 { return "\(days)d" }
        return pair(days / 365, "y", days % 365, "d")
    }
}
