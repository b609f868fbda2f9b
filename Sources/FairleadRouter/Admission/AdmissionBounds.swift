/// How many requests a component of a revision takes at a time; nil is no bound.
struct AdmissionBounds: Sendable, Hashable {
    /// At each pod.
    var perPod: Int?
    /// At all pods together.
    var total: Int?
}
