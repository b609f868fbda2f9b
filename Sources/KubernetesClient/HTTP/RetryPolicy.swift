public import KubernetesCore

/// When a call that was answered with "later" is sent again.
///
/// Guarantees: nothing is sent twice that may have been carried out. 429 says that a request was not carried out;
/// 503 does not, so only reads are repeated. Without `Retry-After` the answer goes to the caller, who backs off.
public struct RetryPolicy: Sendable, Hashable {
    /// How often a call is sent again.
    public var maximumRetries: Int
    /// The longest wait; an answer that asks for more goes to the caller.
    public var maximumDelay: Duration

    /// Sets the bounds.
    public init(maximumRetries: Int = 5, maximumDelay: Duration = .seconds(30)) {
        self.maximumRetries = maximumRetries
        self.maximumDelay = maximumDelay
    }

    /// Never sends a call again.
    public static let never = RetryPolicy(maximumRetries: 0)

    /// How long to wait before the call is sent again; nil where the answer is final.
    ///
    /// - Parameters:
    ///   - response: The answer.
    ///   - method: The call's method.
    ///   - retries: How often the call was sent again so far.
    public func delay(after response: APIResponse, to method: APIRequest.Method, retries: Int) -> Duration? {
        guard retries < maximumRetries else { return nil }
        guard response.status == 429 || (response.status == 503 && method == .get) else { return nil }
        guard let seconds = response.headers["retry-after"].flatMap({ Int64($0) }), seconds >= 0 else { return nil }
        guard seconds <= maximumDelay.components.seconds else { return nil }
        return .seconds(seconds)
    }
}
