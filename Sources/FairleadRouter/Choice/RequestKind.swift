import FairleadAPI
import KubernetesCore
import NIOHTTP1

/// What a request asks for, as far as that changes where it goes.
enum RequestKind: Equatable {
    /// An answer of the model, or anything that the router knows nothing of.
    case inference
    case explanation
    /// Whether the server or the model is well.
    case probe(Probe)

    init(_ request: RequestFacts, path: Substring, route: ServiceRoute) {
        self = .inference
        if let probe = Probe(request, path: path, route: route) {
            self = .probe(probe)
        } else if request.method == .POST, Self.asksToExplain(path, in: route.inferenceProtocol) {
            self = .explanation
        }
    }

    /// Whether a request may be sent again although a pod may have worked on it: it asks for nothing to be changed.
    static func isSafe(_ request: RequestFacts, path: Substring, in inferenceProtocol: InferenceProtocol)
        -> Bool
    {
        switch request.method {
        case .GET, .HEAD, .OPTIONS, .PUT, .DELETE: return true
        case .POST: break
        default: return false
        }
        switch inferenceProtocol {
        case .v1: return path.ends(with: ":predict")
        case .v2: return request.isGRPC ? path.ends(with: "/ModelInfer") : path.ends(with: "/infer")
        case .openai: return false
        }
    }

    /// Explainers speak v1 also where their models speak v2.
    private static func asksToExplain(_ path: Substring, in inferenceProtocol: InferenceProtocol) -> Bool {
        switch inferenceProtocol {
        case .v1, .v2: path.ends(with: ":explain") || path.ends(with: "/explain")
        case .openai: false
        }
    }
}

extension Substring {
    /// Whether these are its last bytes: unlike `hasSuffix`, without regard to what Unicode takes for the same.
    fileprivate func ends(with suffix: StaticString) -> Bool {
        let count = utf8.count
        guard count >= suffix.utf8CodeUnitCount else { return false }
        return suffix.withUTF8Buffer { utf8.dropFirst(count - $0.count).elementsEqual($0) }
    }
}
