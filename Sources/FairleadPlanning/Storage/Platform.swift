public import FairleadAPI
import KubernetesCore

/// What the platform gives to the pods of one namespace: its Connections and the cluster's, and the ClusterProfiles.
public struct Platform: Sendable, Hashable {
    /// A ClusterProfile that can be used.
    struct Profile: Sendable, Hashable {
        var name: String
        var spec: ClusterProfileSpec
    }

    /// A Connection that can be used.
    struct Link: Sendable, Hashable {
        var name: String
        var isOfCluster: Bool
        var spec: ConnectionSpec

        /// As messages name it.
        var description: String { "\(isOfCluster ? "ClusterConnection" : "Connection") \"\(name)\"" }
    }

    private var links: [Link] = []
    private var profiles: [String: ClusterProfileSpec] = [:]
    private var invalidProfiles: [String: String] = [:]

    /// A platform that gives nothing.
    public init() {}

    /// Collects what there is; what is wrong counts for nothing, and its `Ready` condition says so.
    ///
    /// - Parameters:
    ///   - connections: Those of the namespace.
    ///   - clusterConnections: Those of all namespaces.
    ///   - profiles: All profiles.
    public init(
        connections: [Connection], clusterConnections: [ClusterConnection] = [], profiles: [ClusterProfile] = []
    ) {
        let own = connections.filter(\.problems.isEmpty).compactMap { connection in
            connection.spec.value.map { Link(name: connection.metadata.name, isOfCluster: false, spec: $0) }
        }
        let shared = clusterConnections.filter(\.problems.isEmpty).compactMap { connection in
            connection.spec.value.map { Link(name: connection.metadata.name, isOfCluster: true, spec: $0) }
        }
        links = own.sorted { $0.name < $1.name } + shared.sorted { $0.name < $1.name }
        for profile in profiles {
            let problems = profile.problems
            if problems.isEmpty, let spec = profile.spec.value {
                self.profiles[profile.metadata.name] = spec
            } else {
                invalidProfiles[profile.metadata.name] = InvalidSpec(problems).message
            }
        }
    }

    /// The Connection that leads to a URI: the longest beginning wins, of two alike that of the namespace.
    func link(to uri: String, where isMeant: (ConnectionType) -> Bool) -> Link? {
        var best: (link: Link, length: Int)?
        for link in links where isMeant(link.spec.type) {
            guard let length = link.spec.prefix(of: uri)?.utf8.count, length > (best?.length ?? -1) else { continue }
            best = (link, length)
        }
        return best?.link
    }

    /// The profile of that name, or where none is named the one for everybody, nil where there is none.
    ///
    /// - Throws: ``TaskProblem`` where the name is unknown, or where several are for everybody.
    func profile(_ name: String?) throws(TaskProblem) -> Profile? {
        if let name {
            if let spec = profiles[name] { return Profile(name: name, spec: spec) }
            if let problem = invalidProfiles[name] {
                throw TaskProblem(.invalidSpec, "profile: ClusterProfile \"\(name)\" can't be used: \(problem)")
            }
            let hint = NearestName.suggestion(name, among: profiles.keys.sorted())
            throw TaskProblem(.invalidSpec, "profile: there is no ClusterProfile \"\(name)\"\(hint)")
        }
        let names = profiles.filter { $0.value.isDefault == true }.keys.sorted()
        guard names.count < 2 else {
            throw TaskProblem(
                .invalidSpec,
                "profile: \(names.count) ClusterProfiles say default: true (\(names.joined(separator: ", "))); "
                    + "name one, or leave it to one")
        }
        return names.first.flatMap { name in profiles[name].map { Profile(name: name, spec: $0) } }
    }

    /// Where the Connections of the namespace, or those of the cluster, want artifacts to be kept.
    ///
    /// - Throws: ``TaskProblem`` where they want different things.
    func artifacts(ofCluster isOfCluster: Bool) throws(TaskProblem) -> String? {
        let wanting = links.filter { $0.isOfCluster == isOfCluster && $0.spec.artifacts != nil }
        guard Set(wanting.compactMap(\.spec.artifacts)).count < 2 else {
            let names = wanting.map(\.name).joined(separator: ", ")
            throw TaskProblem(
                .invalidSpec, "the Connections \(names) each name another place for artifacts; leave it to one")
        }
        return wanting.first?.spec.artifacts
    }
}
