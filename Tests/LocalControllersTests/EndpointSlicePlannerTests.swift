import Foundation
import KubernetesCore
import PropertyTesting
import Testing

@testable import LocalControllers

struct EndpointSlicePlannerTests {
    private static func service(_ change: (inout ServiceObject.Spec) -> Void = { _ in }) -> ServiceObject {
        var spec = ServiceObject.Spec(
            type: "ClusterIP", selector: ["app": "web"], clusterIP: "127.128.0.1",
            ports: [.init(name: "http", port: 80, protocol: "TCP", targetPort: "web")])
        change(&spec)
        return ServiceObject(
            metadata: ObjectMeta(name: "web", namespace: "default", uid: "service", labels: ["team": "risk"]),
            spec: spec)
    }

    private static func pod(_ name: String, port: Int = 8080, isReady: Bool = true) -> WorkloadPod {
        WorkloadPod(
            metadata: ObjectMeta(name: name, namespace: "default", uid: name, labels: ["app": "web"]),
            spec: .init(
                nodeName: "local",
                containers: [.init(name: "main", ports: [.init(name: "web", containerPort: port)])]),
            status: .init(
                phase: "Running", podIP: "127.64.0.\(name.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) % 251 })",
                conditions: isReady ? [PodCondition(type: "Ready", status: "True")] : nil))
    }

    /// What the actions make of the slices.
    private static func perform(_ actions: [EndpointSlicePlanner.Action], on slices: inout [EndpointSliceObject]) {
        for action in actions {
            switch action {
            case .create(let content):
                let name = "web-\(slices.count)-\(UInt32.random(in: 0...UInt32.max))"
                slices.append(
                    EndpointSliceObject(
                        metadata: ObjectMeta(name: name, namespace: "default", labels: content.labels),
                        addressType: "IPv4", endpoints: content.endpoints, ports: content.ports))
            case .update(let slice, let content):
                guard let index = slices.firstIndex(where: { $0.key == slice.key }) else { continue }
                slices[index].metadata.labels = content.labels
                slices[index].endpoints = content.endpoints
                slices[index].ports = content.ports
            case .delete(let slice): slices.removeAll { $0.key == slice.key }
            }
        }
    }

    @Test(arguments: 0..<40) func putsEachPodIntoOneSlice(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var slices: [EndpointSliceObject] = []
        var pods: [WorkloadPod] = []
        for round in 0..<8 {
            pods.removeAll { _ in random.chance(0.3) }
            for number in 0..<Int.random(in: 0...150, using: &random) {
                pods.append(
                    Self.pod(
                        "pod-\(round)-\(number)", port: random.chance(0.2) ? 9090 : 8080,
                        isReady: random.chance(0.8)))
            }
            if random.chance(0.1) { pods = [] }
            let observed = EndpointSlicePlanner.Observed(service: Self.service(), pods: pods, slices: slices)
            Self.perform(EndpointSlicePlanner.plan(observed), on: &slices)
            let listed = slices.flatMap { $0.endpoints.compactMap(\.targetRef?.name) }
            #expect(listed.sorted() == pods.map(\.metadata.name).sorted(), "seed \(seed)")
            #expect(slices.allSatisfy { $0.endpoints.count <= EndpointSlicePlanner.capacity }, "seed \(seed)")
            #expect(!slices.isEmpty, "seed \(seed)")
            let again = EndpointSlicePlanner.plan(
                .init(service: Self.service(), pods: pods.shuffled(using: &random), slices: slices))
            #expect(again.isEmpty, "seed \(seed)")
        }
    }

    @Test func touchesOneSliceForOnePod() {
        var slices: [EndpointSliceObject] = []
        var pods = (0..<250).map { Self.pod("pod-\($0)") }
        Self.perform(
            EndpointSlicePlanner.plan(.init(service: Self.service(), pods: pods, slices: slices)), on: &slices)
        #expect(slices.count == 3)
        pods[17].status.conditions = nil
        let actions = EndpointSlicePlanner.plan(.init(service: Self.service(), pods: pods, slices: slices))
        #expect(actions.count == 1)
    }

    @Test func tellsHowAnEndpointStands() throws {
        func conditions(
            ready: Bool, terminating: Bool, publishes: Bool = false
        ) throws -> EndpointSliceObject.Endpoint.Conditions {
            var pod = Self.pod("pod", isReady: ready)
            if terminating { pod.metadata.deletionTimestamp = Time(Date()) }
            let service = Self.service { $0.publishNotReadyAddresses = publishes }
            return try #require(EndpointSlicePlanner.endpoint(of: pod, service)?.conditions)
        }
        #expect(
            try conditions(ready: true, terminating: false) == .init(ready: true, serving: true, terminating: false))
        #expect(
            try conditions(ready: false, terminating: false)
                == .init(ready: false, serving: false, terminating: false))
        #expect(
            try conditions(ready: true, terminating: true) == .init(ready: false, serving: true, terminating: true))
        #expect(
            try conditions(ready: false, terminating: true, publishes: true)
                == .init(ready: true, serving: false, terminating: true))
        var ended = Self.pod("ended")
        ended.status.phase = "Succeeded"
        #expect(EndpointSlicePlanner.endpoint(of: ended, Self.service()) == nil)
    }

    @Test func copiesTheServicesLabels() throws {
        let service = Self.service { $0.clusterIP = "None" }
        let actions = EndpointSlicePlanner.plan(.init(service: service, pods: [Self.pod("a")], slices: []))
        guard case .create(let content) = try #require(actions.first) else {
            Issue.record("a slice is made")
            return
        }
        #expect(
            content.labels == [
                "team": "risk", "kubernetes.io/service-name": "web", "service.kubernetes.io/headless": "",
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            ])
        #expect(content.ports == [.init(name: "http", port: 8080, protocol: "TCP")])
    }
}
