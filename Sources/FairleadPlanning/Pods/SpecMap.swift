import FairleadAPI
import KubernetesCore

/// The immutable ConfigMap `<owner>-spec`, which fixes what an owner's pods run before the first of them is made.
enum SpecMap {
    /// The key of the document itself.
    static let specKey = "spec.json"
    /// The key of the parameters, which pods mount.
    static let paramsKey = "params.json"
    /// The most bytes that a ConfigMap takes, some left for its metadata.
    private static let most = 1_000_000

    /// The key under which a program's script stands.
    static func scriptKey(_ place: String) -> String { "script.\(place)" }

    /// The ConfigMap.
    ///
    /// - Parameters:
    ///   - document: What is fixed.
    ///   - owner: Whose it is.
    ///   - files: Further keys, such as scripts.
    /// - Throws: ``TaskProblem`` where the whole would not fit into a ConfigMap.
    static func object<Document: FixedSpec>(
        _ document: Document, of owner: PodOwner, files: [String: String]
    ) throws(TaskProblem) -> JSONValue {
        var data = files
        do {
            data[specKey] = String(decoding: try KubernetesJSON.encode(document), as: UTF8.self)
        } catch {
            throw TaskProblem(.invalidSpec, "the \(Document.noun) can't be written as JSON: \(error)")
        }
        data[paramsKey] = JSONWriter.string(.object(owner.params))
        let size = data.values.reduce(0) { $0 + $1.utf8.count }
        guard size <= most else {
            throw TaskProblem(
                .invalidSpec,
                "the \(Document.noun) with its scripts and parameters is \(size) bytes; at most 1,000,000 fit in a ConfigMap"
            )
        }
        return [
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": owner.metadata(owner.specName), "immutable": true,
            "data": .object(data.mapValues { .string($0) }),
        ]
    }
}
