/// A condition of an object's status: Kubernetes' `metav1.Condition`.
public struct Condition: Sendable, Hashable, Codable {
    /// Whether a condition holds.
    public enum Status: String, Sendable, Hashable, Codable {
        case isTrue = "True"
        case isFalse = "False"
        case unknown = "Unknown"
    }

    /// The condition's name, such as `Succeeded`.
    public var type: String
    /// Whether it holds.
    public var status: Status
    /// The generation of the spec that was judged.
    public var observedGeneration: Int64?
    /// When `status` last changed.
    public var lastTransitionTime: Time
    /// A word for programs, matching `[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?`.
    public var reason: String
    /// A sentence for people, at most ``longestMessage`` bytes.
    public var message: String

    /// The most bytes that a message may have: a server would refuse the whole status for a longer one.
    public static let longestMessage = 32_768

    /// Makes a condition; a message that is too long ends with an ellipsis where it was cut.
    public init(
        type: String, status: Status, reason: String, message: String = "", observedGeneration: Int64? = nil,
        lastTransitionTime: Time
    ) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = Self.fitting(message)
        self.observedGeneration = observedGeneration
        self.lastTransitionTime = lastTransitionTime
    }

    private static func fitting(_ message: String) -> String {
        guard message.utf8.count > longestMessage else { return message }
        var (end, size) = (message.startIndex, "…".utf8.count)
        while end < message.endIndex {
            size += message[end].utf8.count
            guard size <= longestMessage else { break }
            end = message.index(after: end)
        }
        return message[..<end] + "…"
    }
}

extension [Condition] {
    /// Sets a condition as `meta.SetStatusCondition` does: the transition time moves only when the status does.
    public mutating func set(_ condition: Condition) {
        guard let index = firstIndex(where: { $0.type == condition.type }) else {
            append(condition)
            return
        }
        var next = condition
        if self[index].status == condition.status { next.lastTransitionTime = self[index].lastTransitionTime }
        self[index] = next
    }

    /// The condition of that type.
    public subscript(type type: String) -> Condition? { first { $0.type == type } }
}
