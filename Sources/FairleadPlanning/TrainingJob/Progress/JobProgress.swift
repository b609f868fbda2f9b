public import FairleadAPI
public import KubernetesCore

/// How far a job is, as its metrics tell: how much is done stands among them under a name of its own.
public enum JobProgress {
    /// The metric that is the share done, 0 to 100.
    public static let percentName = "progress"
    /// The metric that is the time still needed, in seconds.
    public static let remainingName = "remainingSeconds"
    /// The longest name of a metric, in bytes.
    public static let maximumNameLength = 64
    /// For how long the end of a job waits until its leader's log has been read a last time, in seconds after the
    /// leader's end.
    public static let patience = 10.0

    /// `status.progress`: such as `40%`; nil where it is not known.
    public static func text(_ metrics: [String: JSONValue], phase: TrainingJobStatus.Phase?) -> String? {
        guard let percent = metrics[percentName]?.doubleValue, percent.isFinite else { return nil }
        // What a program counted before its last step is no longer news.
        if phase == .succeeded { return "100%" }
        return "\(Int(max(0, min(100, percent)).rounded(.down)))%"
    }

    /// How much longer the job says that it takes; nil where it doesn't.
    public static func remaining(_ metrics: [String: JSONValue]) -> Duration? {
        guard let seconds = metrics[remainingName]?.doubleValue, seconds >= 0, seconds < 1e12 else { return nil }
        return .seconds(seconds)
    }

    /// The patch of `status.metrics` that brings values in: as many of the old names stay as there is room for.
    ///
    /// - Parameters:
    ///   - reading: The values; null removes.
    ///   - current: The metrics as they stand.
    public static func patch(_ reading: MetricReading, over current: [String: JSONValue]) -> JSONValue {
        var patch: [String: JSONValue] = [:]
        var room = Limits.published.jobMetrics
        for (name, value) in reading.values {
            guard let value else {
                if current[name] != nil { patch[name] = .null }
                continue
            }
            patch[name] = number(value)
            room -= 1
        }
        let others = current.keys.filter { !reading.values.keys.contains($0) }
        // The job's progress is never what goes.
        let reserved = [percentName, remainingName]
        let kept = others.sorted { (reserved.contains($0) ? 0 : 1, $0) < (reserved.contains($1) ? 0 : 1, $1) }
        for name in kept.dropFirst(max(0, room)) { patch[name] = .null }
        return .object(patch)
    }

    private static func number(_ value: Double) -> JSONValue {
        Int64(exactly: value).map { .integer($0) } ?? .double(value)
    }
}
