import FairleadAPI
public import FairleadPlanning
public import KubernetesClient
public import KubernetesCore

extension Client {
    /// Lets a pod of ours go: takes away the finalizer that kept it until its outcome was recorded.
    ///
    /// - Parameters:
    ///   - pod: The pod.
    ///   - uid: Its identity, so that a namesake keeps its own.
    ///   - recorded: Which outcome of it stands in its owner's status, which its label then says; nil where none does.
    /// - Returns: The pod as it is then; nil where it was gone. A conflict is no proof of that and is thrown.
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    @discardableResult
    public func releasePod(_ pod: ObjectKey, uid: String, recorded: Recorded? = nil) async throws -> PodView? {
        var metadata: JSONValue = [
            "uid": .string(uid), "$deleteFromPrimitiveList/finalizers": [.string(PodNaming.outcomeFinalizer)],
        ]
        if let recorded { metadata["labels"] = [FairleadLabel.recorded: .string(recorded.rawValue)] }
        return try await Self.ifPresent {
            try await patch(.pod, pod, ["metadata": metadata], as: .strategicMerge, reading: PodView.self)
        }
    }
}
