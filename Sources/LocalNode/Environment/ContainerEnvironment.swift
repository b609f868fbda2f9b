import KubernetesCore

/// Resolves a container's environment from values that are already at hand.
enum ContainerEnvironment {
    /// A reference that cannot be resolved: the container waits with `CreateContainerConfigError`.
    struct Failure: Error, Hashable {
        var message: String
    }

    /// The container's variables as written, with Kubernetes' expansion: a reference sees what stands before it.
    ///
    /// - Parameters:
    ///   - container: The container.
    ///   - pod: Its pod.
    ///   - facts: What the downward API tells.
    ///   - objects: The ConfigMaps and Secrets that it names.
    static func resolve(
        _ container: ContainerManifest, pod: PodManifest, facts: PodFacts, objects: PodObjects
    ) throws(Failure) -> [String: String] {
        var variables: [String: String] = [:]
        for source in container.envFrom ?? [] {
            let prefix = source.prefix ?? ""
            for (name, value) in try entries(source, objects) { variables[prefix + name] = value }
        }
        for variable in container.env ?? [] {
            guard let from = variable.valueFrom else {
                variables[variable.name] = EnvironmentExpansion.expand(variable.value ?? "") { variables[$0] }
                continue
            }
            let value = try resolve(from, container: container, pod: pod, facts: facts, objects: objects)
            if let value { variables[variable.name] = value }
        }
        return variables
    }

    private static func entries(
        _ source: EnvironmentSource, _ objects: PodObjects
    ) throws(Failure) -> [String: String] {
        if let reference = source.configMapRef {
            return try text(objects.configMaps, reference.name, "configmap", reference.optional) ?? [:]
        }
        if let reference = source.secretRef {
            return try text(objects.secrets, reference.name, "secret", reference.optional) ?? [:]
        }
        return [:]
    }

    private static func text(
        _ kept: [String: [String: [UInt8]]], _ name: String?, _ kind: String, _ optional: Bool?
    ) throws(Failure) -> [String: String]? {
        guard let data = kept[name ?? ""] else {
            if optional == true { return nil }
            throw Failure(message: "\(kind) \"\(name ?? "")\" not found")
        }
        return data.mapValues { String(decoding: $0, as: UTF8.self) }
    }

    private static func resolve(
        _ source: EnvironmentVariable.Source, container: ContainerManifest, pod: PodManifest, facts: PodFacts,
        objects: PodObjects
    ) throws(Failure) -> String? {
        if let reference = source.fieldRef {
            guard let value = facts.field(reference.fieldPath, of: pod) else {
                throw Failure(message: "unsupported fieldPath: \(reference.fieldPath)")
            }
            return value
        }
        if let reference = source.resourceFieldRef {
            guard let value = facts.resource(reference, of: pod, container: container.name) else {
                throw Failure(message: "unsupported resource: \(reference.resource)")
            }
            return value
        }
        if let reference = source.configMapKeyRef {
            return try key(reference, objects.configMaps, "configmap", "ConfigMap", pod)
        }
        if let reference = source.secretKeyRef {
            return try key(reference, objects.secrets, "secret", "Secret", pod)
        }
        return nil
    }

    private static func key(
        _ reference: KeyReference, _ kept: [String: [String: [UInt8]]], _ collection: String, _ kind: String,
        _ pod: PodManifest
    ) throws(Failure) -> String? {
        guard let data = try text(kept, reference.name, collection, reference.optional) else { return nil }
        if let value = data[reference.key] { return value }
        if reference.optional == true { return nil }
        let place = "\(pod.metadata.namespace ?? "default")/\(reference.name ?? "")"
        throw Failure(message: "couldn't find key \(reference.key) in \(kind) \(place)")
    }
}

/// The ConfigMaps and Secrets that a pod names, by name, then key.
struct PodObjects: Sendable, Hashable {
    var configMaps: [String: [String: [UInt8]]] = [:]
    var secrets: [String: [String: [UInt8]]] = [:]
    /// The claims that are there.
    var claims: Set<String> = []

    /// The names that a pod needs to be looked up before it starts.
    static func names(in pod: PodManifest) -> (configMaps: Set<String>, secrets: Set<String>) {
        var configMaps: Set<String?> = []
        var secrets: Set<String?> = []
        for container in pod.allContainers {
            for source in container.envFrom ?? [] {
                configMaps.insert(source.configMapRef?.name)
                secrets.insert(source.secretRef?.name)
            }
            for variable in container.env ?? [] {
                configMaps.insert(variable.valueFrom?.configMapKeyRef?.name)
                secrets.insert(variable.valueFrom?.secretKeyRef?.name)
            }
        }
        for volume in pod.spec.volumes ?? [] {
            configMaps.insert(volume.configMap?.name)
            secrets.insert(volume.secret?.secretName)
            for source in volume.projected?.sources ?? [] {
                configMaps.insert(source.configMap?.name)
                secrets.insert(source.secret?.name)
            }
        }
        return (Set(configMaps.compactMap(\.self)), Set(secrets.compactMap(\.self)))
    }
}
