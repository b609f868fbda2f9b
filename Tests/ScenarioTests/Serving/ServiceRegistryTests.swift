import FairleadAPI
import KubernetesCore
import Testing

@testable import FairleadControllers
@testable import FairleadPlanning

@Suite("What is remembered of services")
struct ServiceRegistryTests {
    /// A plan that takes long must not keep others waiting: were it made under the lock that all share, this would
    /// never end.
    @Test(.timeLimit(.minutes(1)))
    func noLockIsHeldWhileOneIsPlannedFor() {
        let registry = ServiceRegistry()
        let (one, other) = (Self.service("one"), Self.service("other"))
        _ = registry.newest(one)
        registry.with("one") { memory in
            memory.didRoute(["kind": "HTTPRoute"])
            _ = registry.newest(other)
            registry.with("other") { $0.didRoute(["kind": "Other"]) }
        }
        registry.with("one") { #expect($0.route == ["kind": "HTTPRoute"]) }
        registry.with("one") { _ in registry.close(one) }
        registry.with("one") { #expect($0.route == nil) }
    }

    private static func service(_ name: String) -> InferenceService {
        InferenceService(
            metadata: ObjectMeta(name: name, namespace: "risk", uid: name), spec: InferenceServiceSpec())
    }
}
