import Foundation
import KubernetesCore

/// What Kubernetes fills into objects of single kinds beside what their schema defaults.
enum KindPreparation {
    /// Completes a new object.
    static func prepareForCreate(_ value: inout JSONValue, _ resource: ServedResource) {
        if resource.strategy.hasStatus { value["status"] = nil }
        guard !resource.isCustom else { return }
        let name = value["metadata"]?["name"]?.stringValue ?? ""
        switch resource.collection {
        case "pods":
            value["status"] = ["phase": "Pending", "qosClass": .string(qualityOfService(value))]
            preparePod(&value)
        case "namespaces":
            value[path: ["metadata", "labels", "kubernetes.io/metadata.name"]] = .string(name)
            value[path: ["spec", "finalizers"]] = ["kubernetes"]
            value["status"] = ["phase": "Active"]
        case "secrets": mergeStringData(&value)
        case "services": prepareService(&value, old: nil)
        case "persistentvolumeclaims", "persistentvolumes": value["status"] = ["phase": "Pending"]
        case "customresourcedefinitions.apiextensions.k8s.io":
            value = CustomResourceDefinitions.defaulted(value)
            let stored = (value["spec"]?["versions"]?.arrayValue ?? []).first { $0["storage"]?.boolValue == true }
            value["status"] = [
                "conditions": .null, "acceptedNames": ["plural": "", "kind": ""],
                "storedVersions": .array(stored?["name"].map { [$0] } ?? []),
            ]
        case "events":
            if value["source"] == nil { value["source"] = [:] }
        default:
            if resource.strategy.hasStatus { value["status"] = [:] }
        }
    }

    /// Completes a changed object.
    static func prepareForUpdate(_ value: inout JSONValue, old: JSONValue, _ resource: ServedResource) {
        guard !resource.isCustom else { return }
        switch resource.collection {
        case "secrets": mergeStringData(&value)
        case "services": prepareService(&value, old: old)
        case "namespaces":
            value[path: ["metadata", "labels", "kubernetes.io/metadata.name"]] = old["metadata"]?["name"]
            value["spec"] = old["spec"]
        case "customresourcedefinitions.apiextensions.k8s.io":
            value = CustomResourceDefinitions.defaulted(value)
        default: break
        }
    }

    /// `BestEffort`, `Burstable` or `Guaranteed`.
    static func qualityOfService(_ pod: JSONValue) -> String {
        let containers =
            (pod["spec"]?["containers"]?.arrayValue ?? []) + (pod["spec"]?["initContainers"]?.arrayValue ?? [])
        var isGuaranteed = !containers.isEmpty
        var isBestEffort = true
        for container in containers {
            let requests = container["resources"]?["requests"]?.objectValue ?? [:]
            let limits = container["resources"]?["limits"]?.objectValue ?? [:]
            if !requests.isEmpty || !limits.isEmpty { isBestEffort = false }
            for name in ["cpu", "memory"] {
                guard let limit = limits[name], requests[name] ?? limit == limit else {
                    isGuaranteed = false
                    continue
                }
            }
        }
        return isBestEffort ? "BestEffort" : isGuaranteed ? "Guaranteed" : "Burstable"
    }

    private static func preparePod(_ value: inout JSONValue) {
        guard var spec = value["spec"] else { return }
        let account = spec["serviceAccountName"]?.stringValue ?? spec["serviceAccount"]?.stringValue ?? "default"
        spec["serviceAccountName"] = .string(account)
        spec["serviceAccount"] = .string(account)
        if spec["priority"] == nil { spec["priority"] = 0 }
        if spec["preemptionPolicy"] == nil { spec["preemptionPolicy"] = "PreemptLowerPriority" }
        var tolerations = spec["tolerations"]?.arrayValue ?? []
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
        where !tolerations.contains(where: { $0["key"]?.stringValue == key }) {
            tolerations.append([
                "key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300,
            ])
        }
        spec["tolerations"] = .array(tolerations)
        for name in ["containers", "initContainers"] {
            guard let containers = spec[name]?.arrayValue else { continue }
            spec[name] = .array(containers.map(withRequestsFromLimits))
        }
        value["spec"] = spec
    }

    /// A limit without a request is a request as well.
    private static func withRequestsFromLimits(_ container: JSONValue) -> JSONValue {
        guard let limits = container["resources"]?["limits"]?.objectValue, !limits.isEmpty else { return container }
        var container = container
        let requests = container["resources"]?["requests"]?.objectValue ?? [:]
        container[path: ["resources", "requests"]] = .object(requests.merging(limits) { given, _ in given })
        return container
    }

    private static func mergeStringData(_ value: inout JSONValue) {
        guard let texts = value["stringData"]?.objectValue else { return }
        var data = value["data"]?.objectValue ?? [:]
        for (name, text) in texts {
            data[name] = .string(Data((text.stringValue ?? "").utf8).base64EncodedString())
        }
        value["data"] = .object(data)
        value["stringData"] = nil
    }

    /// Gives a Service the addresses that it keeps for its life.
    private static func prepareService(_ value: inout JSONValue, old: JSONValue?) {
        guard var spec = value["spec"] else { return }
        let type = spec["type"]?.stringValue ?? "ClusterIP"
        if type != "ExternalName" {
            if spec["clusterIP"] == nil {
                let kept = old?["spec"]?["clusterIP"]?.stringValue
                let address = "10.96.\(Int.random(in: 0...255)).\(Int.random(in: 2...254))"
                spec["clusterIP"] = .string(kept ?? address)
            }
            if spec["clusterIPs"] == nil { spec["clusterIPs"] = .array([spec["clusterIP"] ?? "None"]) }
        }
        if type == "NodePort" || type == "LoadBalancer", let ports = spec["ports"]?.arrayValue {
            spec["ports"] = .array(
                ports.map { port in
                    guard port["nodePort"] == nil else { return port }
                    var port = port
                    port["nodePort"] = .integer(Int64.random(in: 30_000...32_767))
                    return port
                })
        }
        value["spec"] = spec
        if old == nil { value["status"] = ["loadBalancer": [:]] }
    }
}
