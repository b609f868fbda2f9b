import FairleadAPI

/// A revision with its gates.
///
/// An object, for every request looks at one: to copy the names in it would cost more than the look.
final class Lane: Sendable {
    let revision: RevisionRoute
    let entry: Gate
    let explainer: Gate?

    init(revision: RevisionRoute, entry: Gate, explainer: Gate?) {
        self.revision = revision
        self.entry = entry
        self.explainer = explainer
    }

    /// Both.
    var gates: [Gate] { [entry] + (explainer.map { [$0] } ?? []) }

    /// Its numbers now.
    var measures: RevisionMeasures {
        var measures = entry.measures
        if let explainer { measures.add(explainer: explainer.measures) }
        return measures
    }
}
