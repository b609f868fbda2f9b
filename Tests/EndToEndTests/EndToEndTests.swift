import Testing

/// The program as a user meets it: the real binary, real processes, and the real `kubectl` where there is one.
///
/// One after the other: each has a cluster of its own, and they share the host's processors.
@Suite(.serialized, .enabled(if: Programs.fairlead != nil, "the fairlead binary is not in the build folder"))
enum EndToEndTests {}

extension Trait where Self == ConditionTrait {
    /// For tests that are of `kubectl`.
    static var needsKubectl: Self { .enabled(if: Programs.kubectl != nil, "kubectl is not on PATH") }
}
