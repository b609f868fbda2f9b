import KubernetesCore

/// How a container's run ended: what the shim writes down before it ends itself.
struct ContainerExit: Sendable, Hashable, Codable {
    /// The program's exit code; 128 and the signal's number where a signal ended it.
    var exitCode: Int
    /// `Completed`, `Error`, `StartError`, `OOMKilled` or `ContainerStatusUnknown`.
    var reason: String
    /// The termination message.
    var message: String?
    /// When the run began.
    var startedAt: Time
    /// When it ended.
    var finishedAt: Time
    /// True where the program ended since its node was gone, and not by itself.
    var isDisrupted: Bool?

    /// The most bytes that a container's termination message holds.
    static let messageLimit = 4096
    /// The most bytes that the termination messages of all of a pod's containers hold together.
    static let podMessageLimit = 12 << 10

    /// A run whose end nobody saw.
    static func unknown(startedAt: Time, now: Time) -> ContainerExit {
        ContainerExit(
            exitCode: 137, reason: "ContainerStatusUnknown",
            message: "The container could not be located when the node started again", startedAt: startedAt,
            finishedAt: now, isDisrupted: true)
    }

    /// What a status says of it, the message cut to the pod's share.
    func terminated(messageLimit limit: Int) -> ContainerState.Terminated {
        ContainerState.Terminated(
            exitCode: exitCode, reason: reason, message: message.map { Self.prefix(of: $0, bytes: limit) },
            startedAt: startedAt, finishedAt: finishedAt)
    }

    /// The longest beginning of whole characters that fits.
    static func prefix(of text: String, bytes limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: max(0, limit))
        while end > text.startIndex, UTF8.isContinuation(text.utf8[end]) { end = text.utf8.index(before: end) }
        return String(decoding: text.utf8[..<end], as: UTF8.self)
    }
}
