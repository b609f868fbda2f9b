import ControllerRuntime
import KubernetesCore
import Testing

@Suite struct OwnerTests {
    private func child(_ apiVersion: String, _ kind: String, uid: String = "uid-a", controller: Bool? = true)
        -> ObjectMeta
    {
        ObjectMeta(
            name: "child", namespace: "default",
            ownerReferences: [
                OwnerReference(apiVersion: "v1", kind: "ConfigMap", name: "other", uid: "x"),
                OwnerReference(apiVersion: apiVersion, kind: kind, name: "a", uid: uid, controller: controller),
            ])
    }

    @Test func aChildLeadsToTheOwnerThatManagesIt() {
        let key = ObjectKey(namespace: "default", name: "a")
        #expect(child("example.dev/v1", "Thing").controllerKey(TestObject.type) == key)
        #expect(child("example.dev/v2", "Thing").controllerKey(TestObject.type) == key)
        #expect(child("example.com/v1", "Thing").controllerKey(TestObject.type) == nil)
        #expect(child("v1", "Thing").controllerKey(TestObject.type) == nil)
        #expect(child("example.dev/v1", "Other").controllerKey(TestObject.type) == nil)
        #expect(child("example.dev/v1", "Thing", controller: nil).controllerKey(TestObject.type) == nil)
        #expect(child("example.dev/v1", "Thing", controller: false).controllerKey(TestObject.type) == nil)
        let cluster = ResourceType(
            group: "example.dev", version: "v1", kind: "Thing", plural: "things", isNamespaced: false)
        #expect(child("example.dev/v1", "Thing").controllerKey(cluster) == ObjectKey(namespace: nil, name: "a"))
    }

    @Test func aNamesakeMadeLaterIsNotTheOwner() {
        let store = Store<TestObject>()
        store.replace(with: [TestObject("a")], resourceVersion: "5")
        #expect(store.controller(of: child("example.dev/v1", "Thing"))?.metadata.uid == "uid-a")
        #expect(store.controller(of: child("example.dev/v1", "Thing", uid: "before")) == nil)
    }
}
