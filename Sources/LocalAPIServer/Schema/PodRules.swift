import KubernetesCore

/// The validation of pods.
enum PodRules {
    static let allRestarts = ["Always", "OnFailure", "Never"]

    /// What is wrong with a pod's spec, or that of a template.
    ///
    /// - Parameters:
    ///   - spec: The spec, defaulted.
    ///   - path: Its path.
    ///   - restart: The restart policies that are possible.
    static func validate(_ spec: JSONValue, path: String, restart: [String]) -> [FieldError] {
        var errors: [FieldError] = []
        let volumes = validateVolumes(spec["volumes"], path: path.field("volumes"), into: &errors)
        let containers = spec["containers"]?.arrayValue ?? []
        if containers.isEmpty { errors.append(.required(path.field("containers"))) }
        var names: Set<String> = []
        for (list, isInit) in [("containers", false), ("initContainers", true)] {
            for (index, container) in (spec[list]?.arrayValue ?? []).enumerated() {
                let rules = ContainerRules(
                    container: container, path: path.field(list).index(index), volumes: volumes, isInit: isInit)
                errors += rules.errors
                let name = container["name"]?.stringValue ?? ""
                if !name.isEmpty, !names.insert(name).inserted {
                    errors.append(.duplicate(path.field(list).index(index).field("name"), .string(name)))
                }
            }
        }
        errors += oneOf(spec["restartPolicy"], path.field("restartPolicy"), restart)
        errors += oneOf(
            spec["dnsPolicy"], path.field("dnsPolicy"), ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"])
        if let seconds = spec["terminationGracePeriodSeconds"]?.integerValue, seconds < 0 {
            errors.append(
                .invalid(
                    path.field("terminationGracePeriodSeconds"), .integer(seconds),
                    "must be greater than or equal to 0"))
        }
        if let seconds = spec["activeDeadlineSeconds"], !(1...2_147_483_647).contains(seconds.integerValue ?? 0) {
            errors.append(
                .invalid(
                    path.field("activeDeadlineSeconds"), seconds, "must be between 1 and 2147483647, inclusive"))
        }
        for name in ["nodeName", "serviceAccountName", "hostname", "subdomain"] {
            guard let text = spec[name]?.stringValue, !text.isEmpty else { continue }
            let isLabel = name == "hostname" || name == "subdomain"
            let problems = isLabel ? NameRules.label(text) : NameRules.subdomain(text)
            errors += problems.map { .invalid(path.field(name), .string(text), $0) }
        }
        errors += ObjectMetaRules.labels(spec["nodeSelector"], path: path.field("nodeSelector"))
        return errors
    }

    /// An error where a value is there and is none of those that are possible.
    static func oneOf(_ value: JSONValue?, _ path: String, _ supported: [String]) -> [FieldError] {
        guard let value, let text = value.stringValue else { return [] }
        return supported.contains(text) ? [] : [.notSupported(path, value, supported: supported)]
    }

    private static func validateVolumes(
        _ volumes: JSONValue?, path: String, into errors: inout [FieldError]
    ) -> Set<String> {
        var names: Set<String> = []
        for (index, volume) in (volumes?.arrayValue ?? []).enumerated() {
            let path = path.index(index)
            let name = volume["name"]?.stringValue ?? ""
            if name.isEmpty {
                errors.append(.required(path.field("name")))
            } else {
                errors += NameRules.label(name).map { .invalid(path.field("name"), .string(name), $0) }
                if !names.insert(name).inserted { errors.append(.duplicate(path.field("name"), .string(name))) }
            }
            let sources = (volume.objectValue ?? [:]).keys.filter { $0 != "name" }.sorted()
            if sources.isEmpty { errors.append(.required(path, "must specify a volume type")) }
            for source in sources.dropFirst() {
                errors.append(.forbidden(path.field(source), "may not specify more than 1 volume type"))
            }
            if let claim = volume["persistentVolumeClaim"], (claim["claimName"]?.stringValue ?? "").isEmpty {
                errors.append(.required(path.field("persistentVolumeClaim").field("claimName")))
            }
            if let host = volume["hostPath"], (host["path"]?.stringValue ?? "").isEmpty {
                errors.append(.required(path.field("hostPath").field("path")))
            }
            for (source, field) in [("configMap", "name"), ("secret", "secretName")] {
                guard let value = volume[source], (value[field]?.stringValue ?? "").isEmpty else { continue }
                errors.append(.required(path.field(source).field(field)))
            }
        }
        return names
    }

    /// What an update must not change: everything but images, the deadline, and new tolerations.
    static func validateUpdate(_ new: JSONValue, old: JSONValue) -> [FieldError] {
        guard let newSpec = new["spec"], let oldSpec = old["spec"] else { return [] }
        for list in ["containers", "initContainers"] {
            if newSpec[list]?.arrayValue?.count ?? 0 != oldSpec[list]?.arrayValue?.count ?? 0 {
                return [.forbidden("spec.\(list)", "pod updates may not add or remove containers")]
            }
        }
        var errors: [FieldError] = []
        if let before = oldSpec["activeDeadlineSeconds"]?.integerValue {
            let path = "spec.activeDeadlineSeconds"
            if let after = newSpec["activeDeadlineSeconds"]?.integerValue {
                if after > before {
                    errors.append(
                        .invalid(path, .integer(after), "must be less than or equal to previous value"))
                }
            } else {
                errors.append(.invalid(path, .null, "must not update from a positive integer to nil value"))
            }
        }
        var allowed = newSpec
        allowed["activeDeadlineSeconds"] = oldSpec["activeDeadlineSeconds"]
        let tolerations = Set(newSpec["tolerations"]?.arrayValue ?? [])
        if tolerations.isSuperset(of: oldSpec["tolerations"]?.arrayValue ?? []) {
            allowed["tolerations"] = oldSpec["tolerations"]
        }
        if (oldSpec["schedulingGates"]?.arrayValue ?? []).count > (newSpec["schedulingGates"]?.arrayValue ?? []).count {
            allowed["schedulingGates"] = oldSpec["schedulingGates"]
        }
        if oldSpec["terminationGracePeriodSeconds"]?.integerValue ?? 0 < 0,
            newSpec["terminationGracePeriodSeconds"] == 1
        {
            allowed["terminationGracePeriodSeconds"] = oldSpec["terminationGracePeriodSeconds"]
        }
        for list in ["containers", "initContainers"] {
            guard let containers = newSpec[list]?.arrayValue else { continue }
            allowed[list] = .array(
                containers.enumerated().map { index, container in
                    var container = container
                    container["image"] = oldSpec[list]?[index]?["image"]
                    return container
                })
        }
        if allowed != oldSpec { errors.append(.forbidden("spec", immutableSpec)) }
        return errors
    }

    private static let immutableSpec =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
}
