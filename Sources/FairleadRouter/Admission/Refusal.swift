/// Why a request gets no place.
enum Refusal: String, Sendable, Hashable, CaseIterable {
    /// As many wait as may.
    case queueFull = "queue-full"
    /// No pod was ready in time.
    case notAwake = "not-awake"
    /// The request's time was over before a place was free.
    case deadline = "deadline"
}
