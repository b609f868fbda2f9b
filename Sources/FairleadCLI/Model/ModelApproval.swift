import FairleadAPI
import KubernetesClient
import KubernetesCore

/// Decides about promotions that wait for a person: by `spec.approvals` of the model, as kubectl would.
struct ModelApproval: Sendable {
    let cluster: Cluster

    /// How a model stands for itself on a command line: `model/churn`.
    private static let prefixes = ["model/", "models/", "flm/"]

    /// The model that an argument names, nil where it names something else.
    static func model(_ argument: String) -> String? {
        prefixes.first { argument.hasPrefix($0) }.map { String(argument.dropFirst($0.count)) }
    }

    /// Decides about the version that waits to get an alias; returns what was done.
    ///
    /// - Parameters:
    ///   - name: The model's name.
    ///   - alias: The alias that the version would get; nil where only one is waited for.
    ///   - decision: The decision.
    /// - Throws: ``CommandError`` with what waits, where this is not clear or does not.
    func decide(model name: String, alias: String?, _ decision: ApprovalDecision) async throws -> String {
        let pending = try await cluster.model(name).status.pending
        let promotion = try Self.choose(pending, alias, model: name)
        let approvals: JSONValue = [promotion.to: [promotion.version: .string(decision.rawValue)]]
        try await cluster.client.patch(.model, cluster.key(name), ["spec": ["approvals": approvals]])
        return "model/\(name) version \(promotion.version) as \(promotion.to) \(decision.rawValue.lowercased())"
    }

    static func choose(
        _ pending: [PendingPromotion], _ alias: String?, model: String
    ) throws(CommandError) -> PendingPromotion {
        guard !pending.isEmpty else {
            throw CommandError(.conflict, "no version of model \"\(model)\" waits for a decision")
        }
        let matching = pending.filter { alias == nil || $0.to == alias }
        guard let only = matching.first, matching.count == 1 else {
            let waiting = pending.map { "version \($0.version) to become \($0.to)" }.joined(separator: ", ")
            let beginning = alias.map { "nothing waits to become \($0) of model \"\(model)\"" } ?? "name the alias"
            throw CommandError(matching.isEmpty ? .notFound : .invalidInput, "\(beginning); there is \(waiting)")
        }
        return only
    }
}
