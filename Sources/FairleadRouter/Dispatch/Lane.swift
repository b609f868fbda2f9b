import FairleadAPI

/// A revision with its gates.
struct Lane: Sendable {
    let revision: RevisionRoute
    let entry: Gate
    let explainer: Gate?

    /// Both.
    var gates: [Gate] { [entry] + (explainer.map { [$0] } ?? []) }

    /// Its numbers now.
    var measures: RevisionMeasures {
        var measures = entry.measures
        if let explainer { measures.add(explainer: explainer.measures) }
        return measures
    }
}
