import FairleadAPI
import KubernetesCore
import NIOHTTP1

/// What a request asks for, as far as that changes where it goes.
enum RequestKind: Equatable {
    /// An answer of the model, or anything that the router knows nothing of.
    case inference
    case explanation
    /// Whether the server or the model is well.
    case probe

    init(_ request: RequestFacts, path: some StringProtocol, route: ServiceRoute) {
        self = .inference
        if request.method == .GET || request.method == .HEAD {
            if Probe(path: path, route: route) != nil { self = .probe }
        } else if request.method == .POST, Self.asksToExplain(path, in: route.inferenceProtocol) {
            self = .explanation
        }
    }

    /// Whether a request may be sent again although a pod may have worked on it: it asks for nothing to be changed.
    static func isSafe(_ request: RequestFacts, path: some StringProtocol, in inferenceProtocol: InferenceProtocol)
        -> Bool
    {
        switch request.method {
        case .GET, .HEAD, .OPTIONS, .PUT, .DELETE: return true
        case .POST: break
        default: return false
        }
        switch inferenceProtocol {
        case .v1: return path.hasSuffix(":predict")
        case .v2: return request.isGRPC ? path.hasSuffix("/ModelInfer") : path.hasSuffix("/infer")
        case .openai: return false
        }
    }

    private static func asksToExplain(_ path: some StringProtocol, in inferenceProtocol: InferenceProtocol) -> Bool {
        switch inferenceProtocol {
        case .v1: path.hasSuffix(":explain")
        case .v2: path.hasSuffix("/explain")
        case .openai: false
        }
    }
}
