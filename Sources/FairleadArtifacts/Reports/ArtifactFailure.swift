/// Why something was not fetched, stored or sent.
struct ArtifactFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Who has to do something about it.
    enum Reason: String, Sendable, Hashable {
        case invalidPlan = "InvalidPlan"
        case digestMismatch = "DigestMismatch"
        /// What the URI names is not there.
        case notFound = "NotFound"
        /// The program did not write what it declares.
        case artifactMissing = "ArtifactMissing"
        /// The store refused the credentials.
        case denied = "Denied"
        /// rclone or git is missing.
        case notInstalled = "NotInstalled"
        /// The other side went on saying nothing.
        case stalled = "Stalled"
        /// Anything else.
        case storeFailed = "StoreFailed"

        /// Whether the next attempt may do better.
        var mayPass: Bool { self == .stalled || self == .storeFailed }

        /// As `sysexits.h` has them.
        var exitCode: Int32 {
            switch self {
            case .invalidPlan: 64
            case .digestMismatch: 65
            case .notFound, .artifactMissing: 66
            case .notInstalled: 69
            case .stalled, .storeFailed: 75
            case .denied: 77
            }
        }
    }

    var reason: Reason
    var message: String

    init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    var description: String { message }
}
