/// A part of a service that has pods of its own.
public enum ServiceComponent: String, CaseIterable, Sendable, Hashable {
    /// The model's server.
    case predictor
    case transformer
    case explainer
}

extension ServiceComponent {
    /// The name of a revision's Deployment and Service for the component.
    public func objectName(of revision: String) -> String { self == .predictor ? revision : "\(revision)-\(rawValue)" }
}
