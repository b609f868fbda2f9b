import FairleadAPI
import KubernetesCore
import NIOCore

/// A service as requests see it.
struct ServiceRoute: Sendable, Equatable {
    /// What names a user.
    enum Sticky: Sendable, Equatable {
        case header(String)
        case cookie(String)
    }

    var key: ObjectKey
    /// By which it is asked for beside its own names.
    var hostnames: [String]
    var inferenceProtocol: InferenceProtocol
    /// What the model is called in paths.
    var model: String
    /// What the model says of itself, as far as its registration tells: then it need not be awake to say so.
    var modelMetadata: JSONValue?
    var rules: Gate.Rules
    var sticky: Sticky?
    var payloads: PayloadRule?
    /// Why it answers nothing.
    var closed: LocalAnswer?
    /// Those that the status names, in its order.
    var revisions: [RevisionRoute]
}
