import KubernetesCore
import Testing

/// Lists as servers write them.
@Suite struct ObjectListTests {
    /// An empty PartialObjectMetadataList has null for its items, every other empty list an array.
    @Test(arguments: [
        #"{"metadata": {"resourceVersion": "7"}, "items": null}"#,
        #"{"metadata": {"resourceVersion": "7"}, "items": []}"#,
    ])
    func anEmptyListMayBeNull(_ text: String) throws {
        let list = try KubernetesJSON.decode(ObjectList<JSONValue>.self, from: text.utf8)
        #expect(list.items.isEmpty)
        #expect(list.metadata.resourceVersion == "7")
    }
}
