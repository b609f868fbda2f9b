import FairleadAPI
public import KubernetesCore

/// What an owner's pods run, fixed before the first of them is made in the immutable ConfigMap `<owner>-spec`: later
/// edits change nothing.
public protocol FixedSpec: Sendable, Codable {
    /// What it is, for people, such as `pipeline`.
    static var noun: String { get }
    /// What its owner is, for people, such as `run`.
    static var owner: String { get }
}

extension FixedSpec {
    /// Reads the ConfigMap of an owner.
    ///
    /// - Throws: ``TaskProblem`` where it is not that of this owner, or can't be read.
    public init(configMap: JSONValue, of owner: ObjectMeta) throws(TaskProblem) {
        let name = PodNaming.specName(run: owner.name)
        let owners = configMap[path: ["metadata", "ownerReferences"]]?.arrayValue ?? []
        guard owners.contains(where: { $0["uid"]?.stringValue == owner.uid }) else {
            throw TaskProblem(.invalidSpec, "ConfigMap \"\(name)\" exists and does not belong to this \(Self.owner)")
        }
        guard let text = configMap[path: ["data", SpecMap.specKey]]?.stringValue,
            let document = try? KubernetesJSON.decode(Self.self, from: text.utf8)
        else {
            throw TaskProblem(.invalidSpec, "ConfigMap \"\(name)\" does not hold a \(Self.noun)")
        }
        self = document
    }
}
