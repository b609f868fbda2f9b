import FairleadAPI
import KubernetesCore
import NIOHTTP1

/// A question about health, which can be answered for a model that sleeps: it will answer when it is asked.
///
/// What a model takes and gives is no such question: the model alone knows.
enum Probe: Equatable {
    case serverLive, serverReady, serverMetadata, modelReady, modelList

    init?(path: some StringProtocol, route: ServiceRoute) {
        let parts = path.split(separator: "/", maxSplits: 6)
        switch route.inferenceProtocol {
        case .v2: self.init(v2: parts, model: route.model)
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

    private init?(v2 parts: [some StringProtocol], model: String) {
        guard parts.first == "v2" else { return nil }
        switch parts.count {
        case 1: self = .serverMetadata
        case 3 where parts[1] == "health" && parts[2] == "live": self = .serverLive
        case 3 where parts[1] == "health" && parts[2] == "ready": self = .serverReady
        case 4 where parts[1] == "models" && parts[2] == model && parts[3] == "ready": self = .modelReady
        default: return nil
        }
    }

    /// What the server would say if it were awake.
    func answer(for route: ServiceRoute) -> LocalAnswer {
        let model = JSONValue.string(route.model)
        let body: JSONValue =
            switch (route.inferenceProtocol, self) {
            case (.openai, .modelList):
                [
                    "object": "list",
                    "data": [["id": model, "object": "model", "created": 0, "owned_by": "fairlead"]],
                ]
            case (_, .modelList): ["models": [model]]
            case (_, .serverMetadata): ["name": model, "version": "", "extensions": []]
            case (_, .modelReady): ["name": model, "ready": true]
            case (.openai, _): [:]
            // The protocol's document names the member `live` for both; servers say `ready`.
            case (_, .serverReady): ["live": true, "ready": true]
            case (_, .serverLive): ["live": true]
            }
        return LocalAnswer(.ok, json: body)
    }
}
