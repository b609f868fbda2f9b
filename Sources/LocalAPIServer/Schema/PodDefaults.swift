import KubernetesCore

/// What a pod gets when it is made: the defaults that depend on other fields, and what admission adds.
enum PodDefaults {
    /// Fills in a pod's spec, or that of a template.
    static func fillIn(_ object: inout JSONValue, at path: [String], isPod: Bool) {
        guard var spec = object[path: path], spec.objectValue != nil else { return }
        if isPod {
            if spec["enableServiceLinks"] == nil { spec["enableServiceLinks"] = true }
            if spec["serviceAccountName"] == nil, let name = spec["serviceAccount"] {
                spec["serviceAccountName"] = name
            }
        }
        if let name = spec["serviceAccountName"], name != "" { spec["serviceAccount"] = name }
        let usesHostNetwork = spec["hostNetwork"]?.boolValue == true
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            guard let containers = spec[list]?.arrayValue else { continue }
            spec[list] = .array(containers.map { fillIn($0, isPod: isPod, usesHostNetwork: usesHostNetwork) })
        }
        object[path: path] = spec
    }

    /// Fills in what a kubelet may leave out of a status, but Kubernetes' types always have.
    static func fillInStatus(_ pod: inout JSONValue) {
        guard var status = pod["status"]?.objectValue else { return }
        if let conditions = status["conditions"]?.arrayValue {
            status["conditions"] = .array(
                conditions.map { filled($0, ["lastProbeTime": .null, "lastTransitionTime": .null]) })
        }
        let zeros: [String: JSONValue] = [
            "image": "", "imageID": "", "lastState": [:], "name": "", "ready": false, "restartCount": 0, "state": [:],
        ]
        for list in ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"] {
            guard let entries = status[list]?.arrayValue else { continue }
            status[list] = .array(entries.map { filled($0, zeros) })
        }
        pod["status"] = .object(status)
    }

    private static func filled(_ value: JSONValue, _ zeros: [String: JSONValue]) -> JSONValue {
        guard let members = value.objectValue else { return value }
        return .object(members.merging(zeros) { present, _ in present })
    }

    private static func fillIn(_ container: JSONValue, isPod: Bool, usesHostNetwork: Bool) -> JSONValue {
        var container = container
        if container["imagePullPolicy"] == nil {
            container["imagePullPolicy"] = .string(pullPolicy(image: container["image"]?.stringValue ?? ""))
        }
        if isPod, let limits = container["resources"]?["limits"]?.objectValue, !limits.isEmpty {
            var requests = container["resources"]?["requests"]?.objectValue ?? [:]
            for (name, limit) in limits where requests[name] == nil { requests[name] = limit }
            container[path: ["resources", "requests"]] = .object(requests)
        }
        if usesHostNetwork, let ports = container["ports"]?.arrayValue {
            container["ports"] = .array(
                ports.map { port in
                    guard (port["hostPort"]?.integerValue ?? 0) == 0 else { return port }
                    var port = port
                    port["hostPort"] = port["containerPort"]
                    return port
                })
        }
        return container
    }

    /// `Always` for an image without tag or with the tag `latest`, else `IfNotPresent`.
    static func pullPolicy(image: String) -> String {
        if image.contains("@") { return "IfNotPresent" }
        let last = image.split(separator: "/").last ?? ""
        let tag = last.split(separator: ":", maxSplits: 1).dropFirst().first ?? "latest"
        return tag == "latest" ? "Always" : "IfNotPresent"
    }

    /// What default admission adds to a new pod, and its first status.
    static func admit(_ pod: inout JSONValue, surroundings: BuiltinObjects.Surroundings) {
        var spec = pod["spec"] ?? .object([:])
        pod["spec"] = nil
        if (spec["serviceAccountName"]?.stringValue ?? "").isEmpty { spec["serviceAccountName"] = "default" }
        spec["serviceAccount"] = spec["serviceAccountName"]
        addTolerations(&spec)
        if spec["priority"] == nil {
            let levels: [String: Int64] = [
                "system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000,
            ]
            spec["priority"] = .integer(levels[spec["priorityClassName"]?.stringValue ?? ""] ?? 0)
        }
        if spec["preemptionPolicy"] == nil { spec["preemptionPolicy"] = "PreemptLowerPriority" }
        let wantsToken =
            spec["automountServiceAccountToken"]?.boolValue ?? !surroundings.serviceAccountRefusesToken
        if wantsToken, let suffix = surroundings.tokenVolumeSuffix { addToken(&spec, suffix: suffix) }
        pod["status"] = ["phase": "Pending", "qosClass": .string(qosClass(spec))]
        pod["spec"] = spec
    }

    /// Keeps what admission added and what an update may leave out.
    static func keepAdmitted(_ pod: inout JSONValue, old: JSONValue) {
        for name in ["serviceAccountName", "serviceAccount", "priority", "preemptionPolicy", "tolerations"]
        where pod["spec"]?[name] == nil {
            guard let kept = old["spec"]?[name] else { continue }
            pod[path: ["spec", name]] = kept
        }
    }

    private static func addTolerations(_ spec: inout JSONValue) {
        var tolerations = spec["tolerations"]?.arrayValue ?? []
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
            let isTolerated = tolerations.contains { toleration in
                let name = toleration["key"]?.stringValue ?? ""
                let effect = toleration["effect"]?.stringValue ?? ""
                return (name == key || name.isEmpty) && (effect == "NoExecute" || effect.isEmpty)
            }
            if isTolerated { continue }
            tolerations.append([
                "key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300,
            ])
        }
        spec["tolerations"] = .array(tolerations)
    }

    private static let tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount"

    private static func addToken(_ spec: inout JSONValue, suffix: String) {
        let name = JSONValue.string("kube-api-access-\(suffix)")
        var isMounted = false
        for list in ["initContainers", "containers"] {
            guard let containers = spec[list]?.arrayValue else { continue }
            spec[list] = .array(
                containers.map { container in
                    var mounts = container["volumeMounts"]?.arrayValue ?? []
                    if mounts.contains(where: { $0["mountPath"]?.stringValue == tokenPath }) { return container }
                    mounts.append(["name": name, "readOnly": true, "mountPath": .string(tokenPath)])
                    isMounted = true
                    var container = container
                    container["volumeMounts"] = .array(mounts)
                    return container
                })
        }
        guard isMounted else { return }
        let namespace: JSONValue = ["apiVersion": "v1", "fieldPath": "metadata.namespace"]
        let sources: [JSONValue] = [
            ["serviceAccountToken": ["expirationSeconds": 3607, "path": "token"]],
            ["configMap": ["name": "kube-root-ca.crt", "items": [["key": "ca.crt", "path": "ca.crt"]]]],
            ["downwardAPI": ["items": [["path": "namespace", "fieldRef": namespace]]]],
        ]
        var volumes = spec["volumes"]?.arrayValue ?? []
        volumes.append(["name": name, "projected": ["sources": .array(sources), "defaultMode": 420]])
        spec["volumes"] = .array(volumes)
    }

    /// The pod's quality of service: `Guaranteed`, `Burstable` or `BestEffort`.
    static func qosClass(_ spec: JSONValue) -> String {
        let containers = (spec["containers"]?.arrayValue ?? []) + (spec["initContainers"]?.arrayValue ?? [])
        var isGuaranteed = true
        var isBestEffort = true
        for container in containers {
            func amounts(_ list: String) -> [String: QuantityForm] {
                var amounts: [String: QuantityForm] = [:]
                for name in ["cpu", "memory"] {
                    guard let value = container["resources"]?[list]?[name], let amount = QuantityForm(value),
                        !amount.isZero
                    else { continue }
                    amounts[name] = amount
                }
                return amounts
            }
            let requests = amounts("requests")
            let limits = amounts("limits")
            if !requests.isEmpty || !limits.isEmpty { isBestEffort = false }
            if limits.count < 2 || requests != limits { isGuaranteed = false }
        }
        return isBestEffort ? "BestEffort" : isGuaranteed ? "Guaranteed" : "Burstable"
    }
}
