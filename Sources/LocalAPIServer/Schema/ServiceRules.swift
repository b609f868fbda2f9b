import KubernetesCore

/// The defaults and the validation of Services.
enum ServiceRules {
    /// Fills in what depends on the type and the ports.
    static func fillIn(_ service: inout JSONValue) {
        guard var spec = service["spec"] else { return }
        let type = spec["type"]?.stringValue
        if type != "ExternalName", spec["internalTrafficPolicy"] == nil { spec["internalTrafficPolicy"] = "Cluster" }
        if type == "NodePort" || type == "LoadBalancer", spec["externalTrafficPolicy"] == nil {
            spec["externalTrafficPolicy"] = "Cluster"
        }
        if type == "LoadBalancer", spec["allocateLoadBalancerNodePorts"] == nil {
            spec["allocateLoadBalancerNodePorts"] = true
        }
        if spec["sessionAffinity"]?.stringValue == "ClientIP", spec["sessionAffinityConfig"] == nil {
            spec["sessionAffinityConfig"] = ["clientIP": ["timeoutSeconds": 10800]]
        }
        if let ports = spec["ports"]?.arrayValue {
            spec["ports"] = .array(
                ports.map { port in
                    guard (port["targetPort"] ?? 0) == 0 || port["targetPort"] == "" else { return port }
                    var port = port
                    port["targetPort"] = port["port"]
                    return port
                })
        }
        service["spec"] = spec
        if service["status"]?["loadBalancer"] == nil { service[path: ["status", "loadBalancer"]] = .object([:]) }
    }

    /// Gives a Service its address and ports, or keeps those that it has.
    static func allocate(_ service: inout JSONValue, old: JSONValue?, surroundings: BuiltinObjects.Surroundings) {
        guard var spec = service["spec"] else { return }
        defer { service["spec"] = spec }
        let type = spec["type"]?.stringValue
        if type == "ExternalName" {
            // What it had as another type goes with that.
            for name in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"]
            where old?["spec"]?["type"]?.stringValue != "ExternalName" && spec[name] == old?["spec"]?[name] {
                spec[name] = nil
            }
            return
        }
        if let old {
            for name in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"]
            where (spec[name] ?? "") == "" {
                spec[name] = old["spec"]?[name]
            }
            if spec["clusterIP"] != old["spec"]?["clusterIP"], spec["clusterIPs"] == old["spec"]?["clusterIPs"] {
                spec["clusterIPs"] = spec["clusterIP"].map { .array([$0]) }
            }
        }
        if (spec["clusterIP"]?.stringValue ?? "").isEmpty {
            spec["clusterIP"] = spec["clusterIPs"]?[0] ?? .string(surroundings.nextClusterIP())
        }
        if spec["clusterIPs"] == nil { spec["clusterIPs"] = spec["clusterIP"].map { .array([$0]) } }
        let isSix = spec["clusterIP"]?.stringValue?.contains(":") == true
        if spec["ipFamilies"] == nil { spec["ipFamilies"] = [isSix ? "IPv6" : "IPv4"] }
        if spec["ipFamilyPolicy"] == nil { spec["ipFamilyPolicy"] = "SingleStack" }
        guard type == "NodePort" || type == "LoadBalancer", let ports = spec["ports"]?.arrayValue else { return }
        spec["ports"] = .array(
            ports.enumerated().map { index, port in
                guard (port["nodePort"]?.integerValue ?? 0) == 0 else { return port }
                var port = port
                port["nodePort"] =
                    old?["spec"]?["ports"]?[index]?["nodePort"] ?? .integer(surroundings.nextNodePort())
                return port
            })
    }

    /// What is wrong with a Service.
    static func validate(_ service: JSONValue, old: JSONValue?) -> [FieldError] {
        let spec = service["spec"] ?? .object([:])
        var errors: [FieldError] = []
        let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]
        let ports = spec["ports"]?.arrayValue ?? []
        let isExternal = spec["type"]?.stringValue == "ExternalName"
        if isExternal {
            if (spec["externalName"]?.stringValue ?? "").isEmpty { errors.append(.required("spec.externalName")) }
        } else if ports.isEmpty, spec["clusterIP"]?.stringValue != "None" {
            errors.append(.required("spec.ports"))
        }
        errors += validatePorts(ports)
        errors += PodRules.oneOf(spec["sessionAffinity"], "spec.sessionAffinity", ["ClientIP", "None"])
        errors += PodRules.oneOf(spec["type"], "spec.type", types)
        errors += ObjectMetaRules.labels(spec["selector"], path: "spec.selector")
        if let old, !isExternal, old["spec"]?["type"]?.stringValue != "ExternalName",
            let before = old["spec"]?["clusterIPs"]?[0], before != "", spec["clusterIPs"]?[0] != before
        {
            errors.append(
                .invalid("spec.clusterIPs[0]", spec["clusterIPs"] ?? .null, "may not change once set"))
        }
        return errors
    }

    private static func validatePorts(_ ports: [JSONValue]) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        var addresses: Set<JSONValue> = []
        let range = "must be between 1 and 65535, inclusive"
        for (index, port) in ports.enumerated() {
            let path = "spec.ports".index(index)
            let name = port["name"]?.stringValue ?? ""
            if name.isEmpty {
                if ports.count > 1 { errors.append(.required(path.field("name"))) }
            } else {
                errors += NameRules.label(name).map { .invalid(path.field("name"), .string(name), $0) }
                if !names.insert(name).inserted { errors.append(.duplicate(path.field("name"), .string(name))) }
            }
            let number = port["port"]?.integerValue ?? 0
            if !(1...65_535).contains(number) { errors.append(.invalid(path.field("port"), .integer(number), range)) }
            errors += PodRules.oneOf(port["protocol"], path.field("protocol"), ["SCTP", "TCP", "UDP"])
            if let target = port["targetPort"]?.integerValue, !(1...65_535).contains(target) {
                errors.append(.invalid(path.field("targetPort"), .integer(target), range))
            }
            let address: JSONValue = ["port": .integer(number), "protocol": port["protocol"] ?? "TCP"]
            if !addresses.insert(address).inserted { errors.append(.duplicate(path, address)) }
        }
        return errors
    }
}
