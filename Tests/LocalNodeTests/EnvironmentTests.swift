import Foundation
import KubernetesCore
import Testing

@testable import LocalNode

struct EnvironmentTests {
    /// The rules and most of the cases are those of Kubernetes' documentation of `command`, `args` and `env`.
    @Test(arguments: [
        ("$(VAR_A)", "A"), ("___$(VAR_B)___", "___B___"), ("$(VAR_A)$(VAR_B)", "AB"), ("$(MISSING)", "$(MISSING)"),
        ("$$(VAR_A)", "$(VAR_A)"), ("$$$(VAR_A)", "$A"), ("$$$$(VAR_A)", "$$(VAR_A)"), ("$VAR_A", "$VAR_A"),
        ("$(VAR_A", "$(VAR_A"), ("foo$$bar", "foo$bar"), ("$", "$"), ("$$", "$"), ("$()", "$()"),
        ("$(EMPTY)", ""), ("$(VAR_A)-$(MISSING)-$(VAR_B)", "A-$(MISSING)-B"), ("f000-$${VAR_A}", "f000-${VAR_A}"),
        ("$(NESTED)", "$(VAR_A)"), ("$?$(VAR_A)", "$?A"), ("ü$(VAR_A)ü", "üAü"),
    ])
    func expands(input: String, expected: String) {
        let variables = ["VAR_A": "A", "VAR_B": "B", "EMPTY": "", "NESTED": "$(VAR_A)"]
        #expect(EnvironmentExpansion.expand(input) { variables[$0] } == expected)
    }

    @Test func resolvesEverySource() throws {
        let pod = try Self.pod()
        let facts = PodFacts(podIP: "127.64.0.9", hostIP: "127.0.0.1", nodeName: "local")
        let objects = PodObjects(
            configMaps: ["c": ["k": Array("v".utf8), "other": Array("o".utf8)]], secrets: ["s": ["t": [0x68, 0x69]]])
        let container = try #require(pod.spec.containers?.first)
        let variables = try ContainerEnvironment.resolve(container, pod: pod, facts: facts, objects: objects)
        #expect(
            variables == [
                "P_k": "v", "P_other": "o", "ONE": "1", "TWO": "1 and v and $(LATER)", "LATER": "x", "IP": "127.64.0.9",
                "LABEL": "web", "CPU": "2", "MEMORY": "512", "KEY": "v", "TOKEN": "hi",
            ])
    }

    @Test func aMissingKeyNamesItsPlace() throws {
        let pod = try Self.pod()
        let container = try #require(pod.spec.containers?.first)
        let facts = PodFacts(podIP: "", hostIP: "", nodeName: "")
        #expect(throws: ContainerEnvironment.Failure(message: "configmap \"c\" not found")) {
            try ContainerEnvironment.resolve(container, pod: pod, facts: facts, objects: PodObjects())
        }
        let objects = PodObjects(configMaps: ["c": ["x": []]], secrets: ["s": [:]])
        #expect(throws: ContainerEnvironment.Failure(message: "couldn't find key k in ConfigMap default/c")) {
            try ContainerEnvironment.resolve(container, pod: pod, facts: facts, objects: objects)
        }
    }

    static func pod() throws -> PodManifest {
        try KubernetesJSON.decode(
            PodManifest.self,
            from: Array(
                """
                {"metadata": {"name": "p", "namespace": "default", "uid": "u", "labels": {"app": "web"}}, "spec": {"containers": [
                {"name": "main", "resources": {"limits": {"cpu": "1500m", "memory": "512Mi"}},
                 "envFrom": [{"prefix": "P_", "configMapRef": {"name": "c"}}, {"secretRef": {"name": "gone", "optional": true}}],
                 "env": [{"name": "ONE", "value": "1"}, {"name": "TWO", "value": "$(ONE) and $(P_k) and $(LATER)"},
                  {"name": "LATER", "value": "x"}, {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
                  {"name": "LABEL", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
                  {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
                  {"name": "MEMORY", "valueFrom": {"resourceFieldRef": {"resource": "requests.memory", "divisor": "1Mi"}}},
                  {"name": "KEY", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k"}}},
                  {"name": "NONE", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "absent", "optional": true}}},
                  {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "t"}}}]}]}}
                """.utf8))
    }
}
