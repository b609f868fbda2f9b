import KubernetesCore

/// The validation of one container of a pod.
struct ContainerRules {
    let container: JSONValue
    let path: String
    /// The names of the pod's volumes.
    let volumes: Set<String>
    let isInit: Bool

    /// What is wrong with the container.
    var errors: [FieldError] {
        nameAndImage + ports + environment + mounts + policies + resources + probes
    }

    private var nameAndImage: [FieldError] {
        var errors: [FieldError] = []
        let name = container["name"]?.stringValue ?? ""
        if name.isEmpty {
            errors.append(.required(path.field("name")))
        } else {
            errors += NameRules.label(name).map { .invalid(path.field("name"), .string(name), $0) }
        }
        let image = container["image"]?.stringValue ?? ""
        if image.isEmpty {
            errors.append(.required(path.field("image")))
        } else if image.first?.isWhitespace == true || image.last?.isWhitespace == true {
            errors.append(
                .invalid(path.field("image"), .string(image), "must not have leading or trailing whitespace"))
        }
        return errors
    }

    private var ports: [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, port) in (container["ports"]?.arrayValue ?? []).enumerated() {
            let path = path.field("ports").index(index)
            if let name = port["name"]?.stringValue, !name.isEmpty, !names.insert(name).inserted {
                errors.append(.duplicate(path.field("name"), .string(name)))
            }
            for field in ["containerPort", "hostPort"] {
                guard let number = port[field]?.integerValue else {
                    if field == "containerPort" { errors.append(.required(path.field(field))) }
                    continue
                }
                if number == 0, field == "hostPort" { continue }
                if number == 0 {
                    errors.append(.required(path.field(field)))
                } else if !(1...65_535).contains(number) {
                    errors.append(
                        .invalid(path.field(field), .integer(number), "must be between 1 and 65535, inclusive"))
                }
            }
            errors += PodRules.oneOf(port["protocol"], path.field("protocol"), ["SCTP", "TCP", "UDP"])
        }
        return errors
    }

    private var environment: [FieldError] {
        var errors: [FieldError] = []
        for (index, variable) in (container["env"]?.arrayValue ?? []).enumerated() {
            let path = path.field("env").index(index)
            let name = variable["name"]?.stringValue ?? ""
            if name.isEmpty {
                errors.append(.required(path.field("name")))
            } else if name.contains("=") || !name.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) {
                errors.append(
                    .invalid(
                        path.field("name"), .string(name),
                        "a valid environment variable name must consist only of printable ASCII characters other "
                            + "than '='"))
            }
            guard let source = variable["valueFrom"] else { continue }
            if !(variable["value"]?.stringValue ?? "").isEmpty {
                errors.append(
                    .invalid(path.field("valueFrom"), "", "may not be specified when `value` is not empty"))
            }
            let count = source.objectValue?.count ?? 0
            if count == 0 {
                errors.append(
                    .invalid(
                        path.field("valueFrom"), "",
                        "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"))
            } else if count > 1 {
                errors.append(
                    .invalid(path.field("valueFrom"), "", "may not have more than one field specified at a time"))
            }
        }
        return errors
    }

    private var mounts: [FieldError] {
        var errors: [FieldError] = []
        var paths: Set<String> = []
        for (index, mount) in (container["volumeMounts"]?.arrayValue ?? []).enumerated() {
            let path = path.field("volumeMounts").index(index)
            let name = mount["name"]?.stringValue ?? ""
            if name.isEmpty {
                errors.append(.required(path.field("name")))
            } else if !volumes.contains(name) {
                errors.append(.notFound(path.field("name"), .string(name)))
            }
            let mountPath = mount["mountPath"]?.stringValue ?? ""
            if mountPath.isEmpty {
                errors.append(.required(path.field("mountPath")))
            } else if !paths.insert(mountPath).inserted {
                errors.append(.invalid(path.field("mountPath"), .string(mountPath), "must be unique"))
            }
            if let subPath = mount["subPath"]?.stringValue {
                if subPath.hasPrefix("/") {
                    errors.append(.invalid(path.field("subPath"), .string(subPath), "must be a relative path"))
                } else if subPath.split(separator: "/").contains("..") {
                    errors.append(.invalid(path.field("subPath"), .string(subPath), "must not contain '..'"))
                }
            }
        }
        return errors
    }

    private var policies: [FieldError] {
        var errors = PodRules.oneOf(
            container["imagePullPolicy"], path.field("imagePullPolicy"), ["Always", "IfNotPresent", "Never"])
        errors += PodRules.oneOf(
            container["terminationMessagePolicy"], path.field("terminationMessagePolicy"),
            ["FallbackToLogsOnError", "File"])
        return errors
    }

    private var resources: [FieldError] {
        var errors: [FieldError] = []
        let path = path.field("resources")
        let limits = container["resources"]?["limits"]?.objectValue ?? [:]
        let requests = container["resources"]?["requests"]?.objectValue ?? [:]
        for (list, amounts) in [("limits", limits), ("requests", requests)] {
            for (name, value) in amounts.sorted(by: { $0.key < $1.key }) {
                guard let amount = QuantityForm(value), amount.isNegative else { continue }
                errors.append(
                    .invalid(path.field(list).key(name), value, "must be greater than or equal to 0"))
            }
        }
        for (name, value) in requests.sorted(by: { $0.key < $1.key }) {
            guard let limit = limits[name], let amount = QuantityForm(value), let bound = QuantityForm(limit) else {
                continue
            }
            if name.contains("/"), !name.hasSuffix("kubernetes.io"), amount != bound {
                errors.append(
                    .invalid(
                        path.field("requests"), value,
                        "must be equal to \(name) limit of \(limit.stringValue ?? "")"))
            } else if amount > bound {
                errors.append(
                    .invalid(
                        path.field("requests"), value,
                        "must be less than or equal to \(name) limit of \(limit.stringValue ?? "")"))
            }
        }
        return errors
    }

    private var probes: [FieldError] {
        var errors: [FieldError] = []
        for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
            guard let probe = container[name] else { continue }
            let path = path.field(name)
            if isInit, container["restartPolicy"]?.stringValue != "Always" {
                errors.append(.forbidden(path, "must not be set for init containers without restartPolicy=Always"))
                continue
            }
            let handlers = ["exec", "grpc", "httpGet", "tcpSocket"].filter { probe[$0] != nil }
            if handlers.isEmpty { errors.append(.required(path, "must specify a handler type")) }
            for handler in handlers.dropFirst() {
                errors.append(.forbidden(path.field(handler), "may not specify more than 1 handler type"))
            }
            for field in [
                "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold",
            ] {
                guard let number = probe[field]?.integerValue, number < 0 else { continue }
                errors.append(
                    .invalid(path.field(field), .integer(number), "must be greater than or equal to 0"))
            }
            if name != "readinessProbe", let successes = probe["successThreshold"], successes != 1 {
                errors.append(.invalid(path.field("successThreshold"), successes, "must be 1"))
            }
        }
        return errors
    }
}
