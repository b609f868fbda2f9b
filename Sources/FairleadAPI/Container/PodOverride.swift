public import KubernetesCore

/// A strategic merge patch on the pods that Fairlead makes.
public struct PodOverride: Sendable, Hashable, Codable {
    /// Which pods are patched.
    public struct Target: Sendable, Hashable, Codable {
        /// The role of the pod in its job.
        public var role: String?

        /// Names pods.
        public init(role: String? = nil) { self.role = role }

        enum CodingKeys: String, CodingKey, CaseIterable { case role }
    }

    /// Which pods are patched; all where it is left out.
    public var target: Target?
    /// The patch: `metadata` and `spec` of a pod.
    public var pod: JSONValue

    /// Makes a patch.
    public init(target: Target? = nil, pod: JSONValue) {
        self.target = target
        self.pod = pod
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case target, pod }
}
