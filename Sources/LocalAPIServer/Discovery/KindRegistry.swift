import KubernetesCore

/// Every kind that is served now, by its address.
struct KindRegistry: Sendable {
    private struct Address: Hashable, Sendable {
        var group: String
        var version: String
        var plural: String
    }

    /// Rises whenever what is served changes.
    private(set) var generation = 0
    private var resources: [Address: ServedResource] = [:]
    /// The groups, the core group first and then as they came.
    private(set) var groups: [String] = []
    /// The versions of each group, the preferred one first.
    private(set) var versions: [String: [String]] = [:]
    /// The names of each collection's resources by group and version, as discovery lists them.
    private var order: [Address] = []

    init(_ resources: [ServedResource] = BuiltinKinds.all) {
        for resource in resources { set(resource) }
        for group in ["authentication.k8s.io", "authorization.k8s.io"] { addVersion("v1", of: group) }
    }

    /// The kind at an address.
    func resource(group: String, version: String, plural: String) -> ServedResource? {
        resources[Address(group: group, version: version, plural: plural)]
    }

    /// The kinds of a version of a group, in the order of discovery.
    func resources(group: String, version: String) -> [ServedResource] {
        order.filter { $0.group == group && $0.version == version }.compactMap { resources[$0] }
    }

    /// A kind by what `apiVersion` and `kind` of an object say.
    func resource(_ gvk: GroupVersionKind) -> ServedResource? {
        resources.values.first { $0.type.gvk == gvk }
    }

    /// Whether any version of a group has that kind.
    func knows(group: String, kind: String) -> Bool {
        resources.values.contains { $0.type.gvk.group == group && $0.type.gvk.kind == kind }
    }

    /// Any version of the kinds of a collection.
    func resource(collection: String) -> ServedResource? {
        resources.values.filter { $0.collection == collection && !$0.isNewEvent }
            .min { $0.type.gvk.version < $1.type.gvk.version }
    }

    /// Whether a group's kinds come from CustomResourceDefinitions only.
    func isCustom(group: String) -> Bool {
        !BuiltinKinds.all.contains { $0.type.gvk.group == group }
    }

    /// One resource for each collection.
    var collections: [ServedResource] {
        var seen: Set<String> = []
        return order.compactMap { resources[$0] }.filter { !$0.isNewEvent && seen.insert($0.collection).inserted }
    }

    /// Every kind in every version.
    var all: [ServedResource] { order.compactMap { resources[$0] } }

    mutating func set(_ resource: ServedResource) {
        let gvk = resource.type.gvk
        let address = Address(group: gvk.group, version: gvk.version, plural: resource.type.plural)
        if resources.updateValue(resource, forKey: address) == nil { order.append(address) }
        addVersion(gvk.version, of: gvk.group)
    }

    /// Serves a version of a group, also where none of its kinds is stored.
    mutating func addVersion(_ version: String, of group: String) {
        if !groups.contains(group) { groups.append(group) }
        if versions[group]?.contains(version) != true {
            versions[group, default: []].append(version)
            versions[group]?.sort { KubernetesVersion($0) > KubernetesVersion($1) }
        }
    }

    /// Replaces the versions of a CustomResourceDefinition's kind by others, or by none.
    mutating func replace(collection: String, by served: [ServedResource]) {
        for (address, resource) in resources where resource.collection == collection && resource.isCustom {
            if served.contains(where: { $0.type.gvk.version == address.version }) { continue }
            resources[address] = nil
            order.removeAll { $0 == address }
            if !order.contains(where: { $0.group == address.group && $0.version == address.version }) {
                versions[address.group]?.removeAll { $0 == address.version }
            }
            if versions[address.group]?.isEmpty == true {
                versions[address.group] = nil
                groups.removeAll { $0 == address.group }
            }
        }
        for resource in served { set(resource) }
        generation += 1
    }
}

/// An API version in Kubernetes' order: `v2` above `v1` above `v1beta2` above `v1alpha1` above everything else.
struct KubernetesVersion: Comparable {
    private let rank: [Int]
    private let text: String

    init(_ text: String) {
        self.text = text
        var rest = Substring(text)
        func number() -> Int? {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            return Int(digits)
        }
        guard rest.first == "v" else {
            rank = [0]
            return
        }
        rest = rest.dropFirst()
        guard let major = number() else {
            rank = [0]
            return
        }
        if rest.isEmpty {
            rank = [3, major]
        } else if rest.hasPrefix("beta") || rest.hasPrefix("alpha") {
            let isBeta = rest.hasPrefix("beta")
            rest = rest.dropFirst(isBeta ? 4 : 5)
            rank = number().map { [isBeta ? 2 : 1, major, $0] } ?? [0]
        } else {
            rank = [0]
        }
    }

    static func < (left: KubernetesVersion, right: KubernetesVersion) -> Bool {
        if left.rank != right.rank { return left.rank.lexicographicallyPrecedes(right.rank) }
        return left.text > right.text
    }
}
