import FairleadAPI
import Foundation
import KubernetesCore

/// The fields of a spec that were fixed when its owner started, by digest: a later change of them has no effect, and is
/// told.
public struct FixedFields: Sendable, Hashable, Codable {
    private let digests: [String: String]

    /// Takes the fields of a spec.
    ///
    /// - Parameters:
    ///   - spec: The spec as it was written.
    ///   - mutable: The fields that may change later.
    init(_ spec: some Encodable, except mutable: Set<String>) {
        let fields = (try? KubernetesJSON.value(of: spec))?.objectValue ?? [:]
        digests = fields.filter { !mutable.contains($0.key) }.mapValues { PodNaming.hash(JSONWriter.string($0)) }
    }

    /// The fields that are others now, in the order of their names.
    func changes(in spec: some Encodable, except mutable: Set<String>) -> [String] {
        let now = FixedFields(spec, except: mutable).digests
        return Set(digests.keys).union(now.keys).filter { digests[$0] != now[$0] }.sorted()
    }

    public init(from decoder: any Decoder) throws { digests = try [String: String](from: decoder) }

    public func encode(to encoder: any Encoder) throws { try digests.encode(to: encoder) }
}

extension [Condition] {
    /// Tells whether the user changed what has no effect any more; a condition that was never needed is not made.
    ///
    /// - Parameters:
    ///   - fields: The fields that were changed.
    ///   - what: What began with the others, for people.
    ///   - generation: The generation of the spec that was judged.
    ///   - now: The time.
    mutating func tellSpecChanged(_ fields: [String], _ what: String, generation: Int64?, now: Date) {
        let type = RunCondition.specChanged.rawValue
        guard !fields.isEmpty || self[type: type] != nil else { return }
        let shown = fields.prefix(5).map { $0 == "spec" ? $0 : "spec.\($0)" }.joined(separator: ", ")
        let rest = fields.count > 5 ? " and \(fields.count - 5) more" : ""
        let message =
            fields.isEmpty
            ? "what runs is what the spec says"
            : "\(shown)\(rest): changed after the start, without effect: what runs was fixed then; make a new \(what)"
        set(
            Condition(
                type: type, status: fields.isEmpty ? .isFalse : .isTrue,
                reason: fields.isEmpty ? "AsStarted" : type, message: message, observedGeneration: generation,
                lastTransitionTime: Time(now)))
    }

    /// What is to be told of a change without effect that this status is the first to tell; nil where there is none.
    func specChange(since earlier: [Condition]) -> PlannedEvent? {
        let type = RunCondition.specChanged.rawValue
        guard let told = self[type: type], told.status == .isTrue, told.message != earlier[type: type]?.message else {
            return nil
        }
        return PlannedEvent(isWarning: true, reason: type, note: told.message)
    }
}
