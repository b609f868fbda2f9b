import KubernetesCore

/// A pod's volumes and where its main container mounts them.
struct VolumeList {
    private(set) var volumes: [JSONValue] = []
    private(set) var mounts: [JSONValue] = []

    /// Adds a volume and mounts it.
    ///
    /// - Returns: The volume's name: another one where the same claim is a volume already, since kubelets want a claim
    ///   in a pod once.
    @discardableResult
    mutating func add(
        name: String, _ source: JSONValue, at path: String, subPath: String? = nil, readOnly: Bool = false
    ) -> String {
        let name = add(name: name, source)
        mounts.append(Self.mount(name, at: path, subPath: subPath, readOnly: readOnly))
        return name
    }

    /// Adds a volume that the main container does not mount, or finds that of the same claim.
    mutating func add(name: String, _ source: JSONValue) -> String {
        if let claim = source["persistentVolumeClaim"],
            let known = volumes.first(where: { $0["persistentVolumeClaim"] == claim })?["name"]?.stringValue
        {
            return known
        }
        if volumes.contains(where: { $0["name"] == .string(name) }) { return name }
        var volume = source
        volume["name"] = .string(name)
        volumes.append(volume)
        return name
    }

    /// Mounts a volume in the main container, unless it is mounted there already.
    mutating func mountOnce(_ volume: String, at path: String, subPath: String? = nil, readOnly: Bool = false) {
        let mount = Self.mount(volume, at: path, subPath: subPath, readOnly: readOnly)
        if !mounts.contains(mount) { mounts.append(mount) }
    }

    /// A mount of a container.
    static func mount(
        _ volume: String, at path: String, subPath: String? = nil, readOnly: Bool = false
    ) -> JSONValue {
        var mount: JSONValue = ["name": .string(volume), "mountPath": .string(path)]
        if let subPath { mount["subPath"] = .string(subPath) }
        if readOnly { mount["readOnly"] = true }
        return mount
    }
}
