import FairleadAPI
import KubernetesCore

/// The calls of gRPC: those of the Open Inference Protocol and `grpc.health.v1.Health/Check`.
extension Probe {
    init?(call path: some StringProtocol, route: ServiceRoute) {
        guard route.inferenceProtocol == .v2 else { return nil }
        switch path {
        case "/inference.GRPCInferenceService/ServerLive": self = .serverLive
        case "/inference.GRPCInferenceService/ServerReady": self = .serverReady
        case "/inference.GRPCInferenceService/ServerMetadata": self = .serverMetadata
        case "/inference.GRPCInferenceService/ModelReady": self = .modelReady
        case "/inference.GRPCInferenceService/ModelMetadata" where route.modelMetadata != nil: self = .modelMetadata
        case "/grpc.health.v1.Health/Check": self = .grpcHealth
        default: return nil
        }
    }

    /// Whether the router knows of what it is asked; of another model, or a version of one, only the server does.
    func isKnown(_ subject: ProbeSubject, route: ServiceRoute) -> Bool {
        switch self {
        case .serverLive, .serverReady, .serverMetadata, .modelList: true
        case .modelReady, .modelMetadata: subject.name == route.model && subject.version.isEmpty
        case .grpcHealth: ["", "inference.GRPCInferenceService"].contains(subject.name)
        }
    }

    /// The answer to a call, whose messages can say no; nil where only who is well has an answer.
    ///
    /// - Parameters:
    ///   - route: The service.
    ///   - isReady: Whether the model would answer.
    func message(for route: ServiceRoute, isReady: Bool) -> ProtobufMessage? {
        var message = ProtobufMessage()
        switch self {
        case .serverLive, .serverReady, .modelReady: message.add(isReady ? 1 : 0, as: 1)
        // SERVING and NOT_SERVING.
        case .grpcHealth: message.add(isReady ? 1 : 2, as: 1)
        case .serverMetadata:
            guard isReady else { return nil }
            message.add(route.model, as: 1)
        case .modelMetadata:
            guard let metadata = route.modelMetadata else { return nil }
            message.add(metadata["name"]?.stringValue ?? "", as: 1)
            message.add(metadata["platform"]?.stringValue ?? "", as: 3)
            for tensor in metadata["inputs"]?.arrayValue ?? [] { message.add(Self.tensor(tensor), as: 4) }
            for tensor in metadata["outputs"]?.arrayValue ?? [] { message.add(Self.tensor(tensor), as: 5) }
        case .modelList: return nil
        }
        return message
    }

    private static func tensor(_ tensor: JSONValue) -> ProtobufMessage {
        var message = ProtobufMessage()
        message.add(tensor["name"]?.stringValue ?? "", as: 1)
        message.add(tensor["datatype"]?.stringValue ?? "", as: 2)
        message.add((tensor["shape"]?.arrayValue ?? []).compactMap(\.integerValue), as: 3)
        return message
    }
}
