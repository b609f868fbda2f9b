import FairleadAPI
import Foundation
import KubernetesCore

/// Derives the status of a version.
enum ModelVersionPlanner {
    private static let longestMetrics = 60

    /// The status of a version that can be used.
    ///
    /// - Parameters:
    ///   - version: The version.
    ///   - aliases: The aliases that point at it.
    ///   - rejection: Why it is refused, nil where it is not.
    ///   - use: What uses it, nil where nothing does.
    ///   - now: The time.
    static func status(
        of version: ModelVersion, aliases: [String], rejection: String?, use: String?, now: Date
    ) -> ModelVersionStatus {
        var status = version.status
        status.observedGeneration = version.metadata.generation
        status.aliases = line(aliases)
        status.metrics = version.spec.value.flatMap { line($0.metrics) }
        status.phase = rejection == nil ? .ready : .rejected
        status.reason = rejection == nil ? nil : .rejected
        status.message = rejection
        if version.metadata.isBeingDeleted, let use {
            status.message =
                "deletion waits, since \(use): pin the alias to another version in spec.aliases of Model "
                + "\"\(version.model)\", or to None"
        }
        set(&status, "Ready", rejection == nil, rejection == nil ? "Valid" : "Rejected", rejection ?? "", version, now)
        set(&status, "InUse", use != nil, use == nil ? "NotUsed" : "Used", use ?? "", version, now)
        return status
    }

    /// The status of a version that can't be used.
    static func invalid(
        _ version: ModelVersion, _ problems: [InvalidField], aliases: [String] = [], now: Date
    ) -> ModelVersionStatus {
        let message = InvalidSpec(problems).message
        var status = version.status
        status.observedGeneration = version.metadata.generation
        status.phase = .invalid
        status.reason = .invalidSpec
        status.message = message
        status.aliases = line(aliases)
        set(&status, "Ready", false, Reason.invalidSpec.rawValue, message, version, now)
        return status
    }

    private static func set(
        _ status: inout ModelVersionStatus, _ type: String, _ holds: Bool, _ reason: String, _ message: String,
        _ version: ModelVersion, _ now: Date
    ) {
        status.conditions.set(
            Condition(
                type: type, status: holds ? .isTrue : .isFalse, reason: reason, message: message,
                observedGeneration: version.metadata.generation, lastTransitionTime: Time(now)))
    }

    private static func line(_ aliases: [String]) -> String? {
        aliases.isEmpty ? nil : aliases.joined(separator: ", ")
    }

    /// Metrics in one line, by name: `auc=0.93, loss=0.21`.
    private static func line(_ metrics: [String: Double]) -> String? {
        var line = ""
        for (name, value) in metrics.sorted(by: { $0.key < $1.key }) {
            let piece = "\(line.isEmpty ? "" : ", ")\(name)=\(number(value))"
            guard line.count + piece.count <= longestMetrics else { return line + (line.isEmpty ? "…" : ", …") }
            line += piece
        }
        return line.isEmpty ? nil : line
    }

    /// At most five digits after the point.
    private static func number(_ value: Double) -> String {
        let rounded = abs(value) < 1e9 ? (value * 100_000).rounded() / 100_000 : value
        if let whole = Int64(exactly: rounded) { return String(whole) }
        return String(rounded == 0 && value != 0 ? value : rounded)
    }
}
