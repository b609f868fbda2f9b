import KubernetesCore

/// The columns of the core group's kinds and of those around them.
enum CoreColumns {
    static let node: [TableColumn] = [
        .name, .text("Status", "Whether the node takes pods.", nodeStatus),
        .text("Roles", "The node's roles.") { node in
            let prefix = "node-role.kubernetes.io/"
            let roles = (node["metadata"]?["labels"]?.objectValue ?? [:]).keys.filter { $0.hasPrefix(prefix) }
                .map { String($0.dropFirst(prefix.count)) }
            return roles.isEmpty ? "<none>" : roles.sorted().joined(separator: ",")
        }, .age,
        .text("Version", "The kubelet's version.") { $0.text("status", "nodeInfo", "kubeletVersion", none: "") },
        .text("Internal-IP", "The node's address in the cluster.", priority: 1) { address($0, "InternalIP") },
        .text("External-IP", "The node's address outside.", priority: 1) { address($0, "ExternalIP") },
        .text("OS-Image", "The node's operating system.", priority: 1) {
            $0.text("status", "nodeInfo", "osImage", none: "<unknown>")
        },
        .text("Kernel-Version", "The node's kernel.", priority: 1) {
            $0.text("status", "nodeInfo", "kernelVersion", none: "<unknown>")
        },
        .text("Container-Runtime", "What runs containers.", priority: 1) {
            $0.text("status", "nodeInfo", "containerRuntimeVersion", none: "<unknown>")
        },
    ]

    private static func nodeStatus(_ node: JSONValue) -> String {
        let ready = (node["status"]?["conditions"]?.arrayValue ?? []).first { $0["type"]?.stringValue == "Ready" }
        var words = [ready.map { $0["status"]?.stringValue == "True" ? "Ready" : "NotReady" } ?? "Unknown"]
        if node["spec"]?["unschedulable"]?.boolValue == true { words.append("SchedulingDisabled") }
        return words.joined(separator: ",")
    }

    private static func address(_ node: JSONValue, _ type: String) -> String {
        (node["status"]?["addresses"]?.arrayValue ?? []).first { $0["type"]?.stringValue == type }?["address"]?
            .stringValue ?? "<none>"
    }

    static let service: [TableColumn] = [
        .name, .text("Type", "How it can be reached.") { $0.text("spec", "type", none: "") },
        .text("Cluster-IP", "Its address in the cluster.") { $0.text("spec", "clusterIP") },
        .text("External-IP", "Its addresses outside.", externalAddress),
        .text("Port(s)", "Its ports.") { service in
            let ports = (service["spec"]?["ports"]?.arrayValue ?? []).map { port in
                let node = port["nodePort"]?.integerValue ?? 0
                let number = "\(port["port"]?.integerValue ?? 0)\(node > 0 ? ":\(node)" : "")"
                return "\(number)/\(port["protocol"]?.stringValue ?? "TCP")"
            }
            return ports.isEmpty ? "<none>" : ports.joined(separator: ",")
        }, .age,
        .text("Selector", "Labels of the pods behind it.", priority: 1) { labels($0["spec"]?["selector"]) },
    ]

    private static func externalAddress(_ service: JSONValue) -> String {
        var addresses = (service["spec"]?["externalIPs"]?.arrayValue ?? []).compactMap(\.stringValue)
        switch service["spec"]?["type"]?.stringValue {
        case "ExternalName": return service["spec"]?["externalName"]?.stringValue ?? "<none>"
        case "LoadBalancer":
            let given = (service["status"]?["loadBalancer"]?["ingress"]?.arrayValue ?? [])
                .compactMap { $0["ip"]?.stringValue ?? $0["hostname"]?.stringValue }
            addresses = given + addresses
            return addresses.isEmpty ? "<pending>" : addresses.joined(separator: ",")
        default: return addresses.isEmpty ? "<none>" : addresses.joined(separator: ",")
        }
    }

    static let claim: [TableColumn] = [
        .name,
        .text("Status", "The phase of the claim.") { claim in
            claim["metadata"]?["deletionTimestamp"] != nil ? "Terminating" : claim.text("status", "phase", none: "")
        },
        .text("Volume", "The volume that it has got.") { $0.text("spec", "volumeName", none: "") },
        .text("Capacity", "The volume's size.") { $0.text("status", "capacity", "storage", none: "") },
        .text("Access Modes", "How it can be mounted.") { modes($0["status"]?["accessModes"]) },
        .text("StorageClass", "The kind of storage.") { $0.text("spec", "storageClassName", none: "") },
        .text("VolumeAttributesClass", "The volume's attributes.") { $0.text("spec", "volumeAttributesClassName") },
        .age,
        .text("VolumeMode", "A file system or a block device.", priority: 1) {
            $0.text("spec", "volumeMode", none: "<unset>")
        },
    ]

    static let volume: [TableColumn] = [
        .name, .text("Capacity", "The volume's size.") { $0.text("spec", "capacity", "storage", none: "") },
        .text("Access Modes", "How it can be mounted.") { modes($0["spec"]?["accessModes"]) },
        .text("Reclaim Policy", "What becomes of it after its claim.") {
            $0.text("spec", "persistentVolumeReclaimPolicy", none: "")
        },
        .text("Status", "The phase of the volume.") { volume in
            volume["metadata"]?["deletionTimestamp"] != nil ? "Terminating" : volume.text("status", "phase", none: "")
        },
        .text("Claim", "The claim that has got it.") { volume in
            guard let claim = volume["spec"]?["claimRef"] else { return "" }
            return "\(claim.text("namespace", none: ""))/\(claim.text("name", none: ""))"
        },
        .text("StorageClass", "The kind of storage.") { $0.text("spec", "storageClassName", none: "") },
        .text("VolumeAttributesClass", "The volume's attributes.") { $0.text("spec", "volumeAttributesClassName") },
        .text("Reason", "Why it failed.") { $0.text("status", "reason", none: "") }, .age,
        .text("VolumeMode", "A file system or a block device.", priority: 1) {
            $0.text("spec", "volumeMode", none: "<unset>")
        },
    ]

    static let storageClass: [TableColumn] = [
        .name, .text("Provisioner", "Who makes volumes.") { $0.text("provisioner", none: "") },
        .text("ReclaimPolicy", "What becomes of volumes after their claims.") {
            $0.text("reclaimPolicy", none: "Delete")
        },
        .text("VolumeBindingMode", "When volumes are made.") { $0.text("volumeBindingMode", none: "Immediate") },
        TableColumn(name: "AllowVolumeExpansion", description: "Whether volumes can grow.") { object, _ in
            object["allowVolumeExpansion"] ?? false
        }, .age,
    ]

    static let ingress: [TableColumn] = [
        .name, .text("Class", "Who serves it.") { $0.text("spec", "ingressClassName") },
        .text("Hosts", "The hosts.") { ingress in
            let hosts = (ingress["spec"]?["rules"]?.arrayValue ?? []).compactMap { $0["host"]?.stringValue }
            return hosts.isEmpty ? "*" : hosts.joined(separator: ",")
        },
        .text("Address", "Where it is served.") { ingress in
            (ingress["status"]?["loadBalancer"]?["ingress"]?.arrayValue ?? [])
                .compactMap { $0["ip"]?.stringValue ?? $0["hostname"]?.stringValue }.joined(separator: ",")
        },
        .text("Ports", "The ports.") { ($0["spec"]?["tls"]?.arrayValue ?? []).isEmpty ? "80" : "80, 443" }, .age,
    ]

    static let slice: [TableColumn] = [
        .name, .text("AddressType", "What the addresses are.") { $0.text("addressType", none: "") },
        .text("Ports", "The ports.") { slice in
            let ports = (slice["ports"]?.arrayValue ?? []).compactMap { $0["port"]?.integerValue }.map { "\($0)" }
            return ports.isEmpty ? "<unset>" : ports.joined(separator: ",")
        },
        .text("Endpoints", "The addresses.") { slice in
            let addresses = (slice["endpoints"]?.arrayValue ?? [])
                .flatMap { ($0["addresses"]?.arrayValue ?? []).compactMap(\.stringValue) }
            return shortened(addresses)
        }, .age,
    ]

    static let binding: [TableColumn] = [
        .name,
        .text("Role", "The role that is given.") { binding in
            "\(binding.text("roleRef", "kind", none: ""))/\(binding.text("roleRef", "name", none: ""))"
        }, .age,
        .text("Users", "To which users.", priority: 1) { subjects($0, "User") },
        .text("Groups", "To which groups.", priority: 1) { subjects($0, "Group") },
        .text("ServiceAccounts", "To which service accounts.", priority: 1) { subjects($0, "ServiceAccount") },
    ]

    private static func subjects(_ binding: JSONValue, _ kind: String) -> String {
        (binding["subjects"]?.arrayValue ?? []).filter { $0["kind"]?.stringValue == kind }
            .map { subject in
                let name = subject.text("name", none: "")
                return kind == "ServiceAccount" ? "\(subject.text("namespace", none: ""))/\(name)" : name
            }
            .joined(separator: ", ")
    }

    static func endpoints(_ endpoints: JSONValue) -> String {
        let addresses = (endpoints["subsets"]?.arrayValue ?? []).flatMap { subset in
            (subset["addresses"]?.arrayValue ?? []).flatMap { address in
                let ports = subset["ports"]?.arrayValue ?? []
                let ip = address["ip"]?.stringValue ?? ""
                return ports.isEmpty ? [ip] : ports.map { "\(ip):\($0["port"]?.integerValue ?? 0)" }
            }
        }
        return shortened(addresses)
    }

    private static func shortened(_ texts: [String]) -> String {
        if texts.isEmpty { return "<unset>" }
        let rest = texts.count - 3
        return texts.prefix(3).joined(separator: ",") + (rest > 0 ? " + \(rest) more..." : "")
    }

    private static func modes(_ modes: JSONValue?) -> String {
        let short = [
            "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP",
        ]
        return (modes?.arrayValue ?? []).compactMap { $0.stringValue.flatMap { short[$0] } }.joined(separator: ",")
    }

    /// A count or a percentage, `N/A` where there is none.
    static func amount(_ value: JSONValue?) -> String {
        value.map { $0.stringValue ?? "\($0.integerValue ?? 0)" } ?? "N/A"
    }

    /// `a=b,c=d`, `<none>` for none.
    static func labels(_ labels: JSONValue?) -> String {
        let pairs = (labels?.objectValue ?? [:]).sorted { $0.key < $1.key }.map { "\($0)=\($1.stringValue ?? "")" }
        return pairs.isEmpty ? "<none>" : pairs.joined(separator: ",")
    }

    /// A label selector as `kubectl` writes it; also that of a ReplicationController, which is a plain map.
    static func selector(_ selector: JSONValue?) -> String {
        guard let selector, selector.objectValue?.isEmpty == false else { return "<none>" }
        guard selector["matchLabels"] != nil || selector["matchExpressions"] != nil else { return labels(selector) }
        var parts = (selector["matchLabels"]?.objectValue ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0)=\($1.stringValue ?? "")" }
        for expression in selector["matchExpressions"]?.arrayValue ?? [] {
            let key = expression.text("key", none: "")
            let values = (expression["values"]?.arrayValue ?? []).compactMap(\.stringValue).sorted()
                .joined(separator: ",")
            switch expression["operator"]?.stringValue {
            case "In": parts.append("\(key) in (\(values))")
            case "NotIn": parts.append("\(key) notin (\(values))")
            case "Exists": parts.append(key)
            default: parts.append("!\(key)")
            }
        }
        return parts.joined(separator: ",")
    }
}
