import FairleadAPI
import KubernetesCore
import NIOCore
import NIOHTTP1

@testable import FairleadRouter

/// Services, slices and requests for tests.
enum RouteFixture {
    static func service(
        _ name: String = "churn", namespace: String = "risk", spec: JSONValue = ["model": "churn@production"],
        revisions: [JSONValue] = [revision("churn-a", weight: 100)], status: JSONValue = [:]
    ) throws -> InferenceService {
        var full = status
        full["revisions"] = .array(revisions)
        return try KubernetesJSON.decode(
            InferenceService.self,
            from: [
                "apiVersion": "fairlead.dev/v1alpha1", "kind": "InferenceService",
                "metadata": ["name": .string(name), "namespace": .string(namespace), "uid": .string("\(name)-uid")],
                "spec": spec, "status": full,
            ])
    }

    static func revision(
        _ name: String, weight: Int, variant: String? = nil, mirror: Int? = nil, replicas: Int = 1,
        components: [String] = ["predictor"]
    ) -> JSONValue {
        var revision: JSONValue = [
            "name": .string(name), "traffic": .integer(Int64(weight)), "replicas": .integer(Int64(replicas)),
            "ready": .integer(Int64(replicas)), "state": replicas == 0 ? "Sleeping" : "Ready",
            "components": .array(components.map { .string($0) }),
        ]
        if let variant { revision["variant"] = .string(variant) }
        if let mirror { revision["mirror"] = .integer(Int64(mirror)) }
        return revision
    }

    /// A slice as Kubernetes makes it, of pods that are ready.
    static func slice(
        _ revision: String, addresses: [String], service: String = "churn", namespace: String = "risk",
        component: String = "predictor", suffix: String = "abcde"
    ) throws -> EndpointSlice {
        try slice(
            revision,
            endpoints: addresses.map { address in
                [
                    "addresses": [.string(address)],
                    "conditions": ["ready": true, "serving": true, "terminating": false],
                    "targetRef": ["kind": "Pod", "name": .string("pod-\(address)"), "namespace": .string(namespace)],
                ]
            }, service: service, namespace: namespace, component: component, suffix: suffix)
    }

    static func slice(
        _ revision: String, endpoints: [JSONValue], service: String = "churn", namespace: String = "risk",
        component: String = "predictor", family: String = "IPv4", suffix: String = "abcde"
    ) throws -> EndpointSlice {
        try KubernetesJSON.decode(
            EndpointSlice.self,
            from: [
                "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                "metadata": [
                    "name": .string("\(revision)-\(component)-\(suffix)"), "namespace": .string(namespace),
                    "labels": [
                        "fairlead.dev/inferenceservice": .string(service), "fairlead.dev/revision": .string(revision),
                        "fairlead.dev/component": .string(component),
                        "kubernetes.io/service-name": .string(revision),
                    ],
                ],
                "addressType": .string(family), "endpoints": .array(endpoints),
                "ports": [
                    ["name": "http", "port": 8080, "protocol": "TCP"],
                    ["name": "grpc", "port": 8081, "protocol": "TCP"],
                ],
            ])
    }

    static func request(
        _ path: String = "/v2/models/churn/infer", method: HTTPMethod = .POST, host: String = "churn.risk",
        headers: HTTPHeaders = [:], isGRPC: Bool = false
    ) -> RequestFacts {
        RequestFacts(method: method, host: host, path: path, headers: headers, now: .now(), isGRPC: isGRPC)
    }
}
