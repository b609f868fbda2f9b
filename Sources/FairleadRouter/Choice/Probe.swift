import FairleadAPI
import KubernetesCore
import NIOHTTP1

/// A question about health, which can be answered for a model that sleeps: it will answer when it is asked.
///
/// What a model takes and gives is one where its registration tells it, else the model alone knows.
enum Probe: Equatable {
    case serverLive, serverReady, serverMetadata, modelReady, modelList, modelMetadata
    /// The server's health as all servers of gRPC may tell it.
    case grpcHealth

    /// Reads a request; nil for what only a model can answer.
    init?(_ request: RequestFacts, path: some StringProtocol, route: ServiceRoute) {
        if request.isGRPC {
            self.init(call: path, route: route)
            if let subject = request.subject, !isKnown(subject, route: route) { return nil }
        } else {
            guard request.method == .GET || request.method == .HEAD else { return nil }
            self.init(path: path, route: route)
        }
    }

    private init?(path: some StringProtocol, route: ServiceRoute) {
        let parts = path.split(separator: "/", maxSplits: 6)
        switch route.inferenceProtocol {
        case .v2: self.init(v2: parts, route: route)
        case .v1:
            if parts == ["v1", "models"] {
                self = .modelList
            } else if parts.count == 3, parts[0] == "v1", parts[1] == "models", parts[2] == route.model {
                self = .modelReady
            } else {
                return nil
            }
        case .openai:
            switch parts {
            case ["health"]: self = .serverLive
            case ["v1", "models"], ["openai", "v1", "models"]: self = .modelList
            default: return nil
            }
        }
    }

    private init?(v2 parts: [some StringProtocol], route: ServiceRoute) {
        let model = route.model
        guard parts.first == "v2" else { return nil }
        switch parts.count {
        case 1: self = .serverMetadata
        case 3 where parts[1] == "health" && parts[2] == "live": self = .serverLive
        case 3 where parts[1] == "health" && parts[2] == "ready": self = .serverReady
        case 4 where parts[1] == "models" && parts[2] == model && parts[3] == "ready": self = .modelReady
        case 3 where parts[1] == "models" && parts[2] == model && route.modelMetadata != nil: self = .modelMetadata
        default: return nil
        }
    }

    /// What the server would say if it were awake; nil where it would say nothing.
    ///
    /// - Parameters:
    ///   - route: The service.
    ///   - isReady: Whether the model would answer; what it takes and gives is known whether or not it would.
    ///   - inGRPC: Whether a call is answered.
    func answer(for route: ServiceRoute, isReady: Bool, inGRPC: Bool) -> LocalAnswer? {
        if inGRPC { return message(for: route, isReady: isReady).map { LocalAnswer(grpc: $0.bytes) } }
        return isReady || self == .modelMetadata ? LocalAnswer(.ok, json: body(for: route)) : nil
    }

    private func body(for route: ServiceRoute) -> JSONValue {
        let model = JSONValue.string(route.model)
        return switch (route.inferenceProtocol, self) {
        case (.openai, .modelList):
            ["object": "list", "data": [["id": model, "object": "model", "created": 0, "owned_by": "fairlead"]]]
        case (_, .modelList): ["models": [model]]
        case (_, .serverMetadata): ["name": model, "version": "", "extensions": []]
        case (_, .modelReady): ["name": model, "ready": true]
        case (_, .modelMetadata): route.modelMetadata ?? [:]
        case (.openai, _): [:]
        // The protocol's document names the member `live` for both; servers say `ready`.
        case (_, .serverReady): ["live": true, "ready": true]
        case (_, .serverLive), (_, .grpcHealth): ["live": true]
        }
    }
}
