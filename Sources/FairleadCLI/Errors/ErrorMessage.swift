import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore

/// Says an error to people: one clear sentence with what to do, never a type's name.
enum ErrorMessage {
    /// The sentence.
    static func text(for error: any Error) -> String {
        switch error {
        case let error as CommandError: error.message
        case let error as APIError: apiError(error)
        case let error as TransportError: transportError(error)
        case let error as ConfigurationError: configurationError(error)
        case let error as DecodingError: "the API server's answer is not of the expected shape: \(place(error))"
        case is CancellationError: "interrupted"
        case let error as any CustomStringConvertible: error.description
        default: (error as NSError).localizedDescription
        }
    }

    private static func apiError(_ error: APIError) -> String {
        let message = error.description
        switch error.code {
        case 401: return "the cluster does not accept the credentials of the kubeconfig: \(message)"
        // A missing object is told with details; of a kind that it does not serve a server says no more than "404".
        case 404 where error.status.details?.name == nil:
            return "the cluster does not serve Fairlead's kinds; add them with: fairlead crds | kubectl apply -f -"
        default: return message
        }
    }

    private static func transportError(_ error: TransportError) -> String {
        switch error.code {
        case .connect: "\(error.message); does the cluster run? (fairlead local starts one)"
        case .tls: "\(error.message); is the kubeconfig that of this cluster?"
        case .timeout, .interrupted, .credential, .other: error.message
        }
    }

    private static func configurationError(_ error: ConfigurationError) -> String {
        guard error.code == .notFound, error.context == nil else { return error.description }
        return "\(error.description) (fairlead local starts a cluster and writes one)"
    }

    private static func place(_ error: DecodingError) -> String {
        let context: DecodingError.Context
        switch error {
        case .keyNotFound(let key, let where_):
            return "\(path(where_.codingPath + [key])) is missing"
        case .valueNotFound(_, let found), .typeMismatch(_, let found), .dataCorrupted(let found): context = found
        @unknown default: return "it cannot be read"
        }
        let place = path(context.codingPath)
        return place.isEmpty ? context.debugDescription : "\(place): \(context.debugDescription)"
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce("") { text, key in
            if let index = key.intValue { return "\(text)[\(index)]" }
            return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
        }
    }
}
