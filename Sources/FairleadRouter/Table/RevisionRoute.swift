import FairleadAPI

/// A revision as requests see it.
struct RevisionRoute: Sendable, Equatable {
    var name: String
    /// The variant; empty where the service has but one model.
    var track: String
    /// The percent of the requests that it gets.
    var weight: Int
    /// The percent of the requests of which it gets a copy.
    var mirror: Int
    /// Whether it has no pods and shall have none until a request comes.
    var isAsleep: Bool
    /// Who takes requests: the transformer where there is one and the predictor is ready, else the predictor.
    var entry: Backends
    /// Who takes requests for explanations; nil where the revision has no explainer.
    var explainer: Backends?
    /// How many requests the entry takes at a time: the predictor's pods decide.
    var bounds: AdmissionBounds
}
