import KubernetesCore

/// Rebuilds the store from its file: definitions first, since they say how their objects are read.
enum StateLoader {
    private static let definitions = "customresourcedefinitions.apiextensions.k8s.io"

    static func load(
        _ file: StateFile, into registry: inout KindRegistry, historyCapacity: Int
    ) throws -> ObjectStore {
        let (rows, revision) = try file.load()
        var store = ObjectStore(revision: revision, historyCapacity: historyCapacity)
        for row in rows where row.collection == definitions {
            let value = try JSONParser.parse([UInt8(ascii: "{")] + row.bytes)
            for resource in CustomKinds.served(by: value) { registry.set(resource) }
        }
        let resources = Dictionary(
            registry.collections.map { ($0.collection, $0) }, uniquingKeysWith: { first, _ in first })
        for row in rows {
            var value = try JSONParser.parse([UInt8(ascii: "{")] + row.bytes)
            let resource = resources[row.collection]
            if let resource, resource.isCustom { resource.kind.schema.applyDefaults(&value) }
            let draft = ObjectDraft(value, fieldPaths: resource?.strategy.fieldPaths ?? [:])
            let image = ObjectImage(encoded: draft.encoded, attributes: draft.attributes, revision: row.revision)
            store.load(LiveObject(image: image, value: value), collection: row.collection)
        }
        store.enqueueMissingOwners()
        return store
    }
}
