import FairleadAPI
import NIOCore

extension TimeAmount {
    /// For people, such as `1h30m`.
    var text: String { FairleadDuration.format(.nanoseconds(nanoseconds)) }
}
