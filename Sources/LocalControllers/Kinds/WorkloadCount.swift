/// The numbers of pods that Kubernetes knows: sums of them cannot overflow.
enum WorkloadCount {
    /// A number brought into its bounds.
    static func clamped(_ count: Int) -> Int { min(max(0, count), Int(Int32.max)) }
}
