import KubernetesCore
import PropertyTesting
import Testing

@testable import LocalAPIServer

/// Roles and bindings decide as Kubernetes' RBAC does.
struct AccessPolicyTests {
    @Test(
        arguments: [
            // Verbs, groups and resources.
            (#"{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}"#, "get", "", "pods", nil, true),
            (#"{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}"#, "list", "", "pods", nil, false),
            (#"{"verbs":["*"],"apiGroups":[""],"resources":["pods"]}"#, "deletecollection", "", "pods", nil, true),
            (#"{"verbs":["get"],"apiGroups":["apps"],"resources":["pods"]}"#, "get", "", "pods", nil, false),
            (#"{"verbs":["get"],"apiGroups":["*"],"resources":["*"]}"#, "get", "fairlead.dev", "pipelines", nil, true),
            // Subresources are resources of their own.
            (#"{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}"#, "get", "", "pods/log", nil, false),
            (#"{"verbs":["get"],"apiGroups":[""],"resources":["pods/log"]}"#, "get", "", "pods", nil, false),
            (#"{"verbs":["get"],"apiGroups":[""],"resources":["*"]}"#, "get", "", "pods/log", nil, true),
            (#"{"verbs":["get"],"apiGroups":["apps"],"resources":["*/scale"]}"#, "get", "apps", "a/scale", nil, true),
            (#"{"verbs":["get"],"apiGroups":["apps"],"resources":["*/scale"]}"#, "get", "apps", "a/status", nil, false),
            (#"{"verbs":["get"],"apiGroups":["apps"],"resources":["*/scale"]}"#, "get", "apps", "scale", nil, false),
            (#"{"verbs":["get"],"apiGroups":[""],"resources":["pods/*"]}"#, "get", "", "pods/log", nil, false),
            // Names hold for requests that have one.
            (
                #"{"verbs":["*"],"apiGroups":[""],"resources":["pods"],"resourceNames":["a"]}"#, "get", "", "pods", "a",
                true
            ),
            (
                #"{"verbs":["*"],"apiGroups":[""],"resources":["pods"],"resourceNames":["a"]}"#, "get", "", "pods", "b",
                false
            ),
            (
                #"{"verbs":["*"],"apiGroups":[""],"resources":["pods"],"resourceNames":["a"]}"#, "list", "", "pods",
                nil, false
            ),
            // Rules of paths say nothing of resources.
            (#"{"verbs":["*"],"nonResourceURLs":["*"]}"#, "get", "", "pods", nil, false),
        ] as [(String, String, String, String, String?, Bool)])
    func rules(
        _ rule: String, _ verb: String, _ group: String, _ resource: String, _ name: String?, _ isAllowed: Bool
    ) throws {
        let request = AccessRequest(verb: verb, group: group, resource: resource, name: name, namespace: "n")
        #expect(try PolicyRule(JSONParser.parse(rule)).allows(request) == isAllowed)
    }

    @Test(
        arguments: [
            ("/healthz", "/healthz", true), ("/healthz", "/healthz/etcd", false), ("/healthz/*", "/healthz/etcd", true),
            ("/healthz/*", "/healthz", false), ("/api*", "/apis/apps", true), ("*", "/anything", true),
            ("*/x", "/a/x", false),
        ])
    func paths(_ url: String, _ path: String, _ isAllowed: Bool) {
        let rule = PolicyRule(verbs: ["get"], nonResourceURLs: [url])
        #expect(rule.allows(AccessRequest(verb: "get", path: path)) == isAllowed)
        #expect(!rule.allows(AccessRequest(verb: "post", path: path)))
    }

    /// Whatever changes came, the index decides as a walk over all objects would.
    @Test func theIndexDecidesAsAScanWould() {
        var random = SeededGenerator(seed: 0xACCE55)
        print("seed \(random.seed)")
        var decided = [true: 0, false: 0]
        for _ in 0..<60 {
            var policy = AccessPolicy()
            var objects: [ObjectReference: JSONValue] = [:]
            for _ in 0..<40 {
                let (reference, value) = Self.object(&random)
                objects[reference] = value
                policy.update(reference, to: value)
                for _ in 0..<6 {
                    let user = ServerUser(
                        name: Self.pick(["jane", "system:serviceaccount:b:bot"], &random),
                        groups: random.chance(0.5) ? ["devs"] : [])
                    let request = AccessRequest(
                        verb: Self.pick(["get", "list"], &random), group: "",
                        resource: Self.pick(["pods", "pods/log"], &random),
                        namespace: Self.pick([nil, "a", "b"], &random))
                    let expected = Self.scan(objects, request, user)
                    let decision = policy.decision(on: request, by: user)
                    #expect(decision.isAllowed == expected)
                    decided[expected, default: 0] += 1
                }
            }
        }
        #expect(decided[true, default: 0] > 300 && decided[false, default: 0] > 300, "\(decided)")
    }

    private static func pick<Element>(_ choices: [Element], _ random: inout SeededGenerator) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    private static func object(_ random: inout SeededGenerator) -> (ObjectReference, JSONValue?) {
        let namespace = pick([nil, "a", "b"], &random)
        let isRole = random.chance(0.5)
        let plural = (namespace == nil ? "cluster" : "") + (isRole ? "roles" : "rolebindings")
        let reference = ObjectReference(
            collection: "\(plural).rbac.authorization.k8s.io",
            key: ObjectKey(namespace: namespace, name: pick(["x", "y"], &random)))
        if random.chance(0.2) { return (reference, nil) }
        if isRole {
            let verbs: JSONValue = pick([["get"], ["list"], ["get", "list"]], &random)
            let resources: JSONValue = pick([["pods"], ["*"], ["*/log"]], &random)
            return (reference, ["rules": [["verbs": verbs, "apiGroups": [""], "resources": resources]]])
        }
        let subjects: [JSONValue] = [
            ["kind": "User", "name": "jane"], ["kind": "Group", "name": "devs"],
            ["kind": "ServiceAccount", "name": "bot", "namespace": "b"],
            // A group of a user's name is another.
            ["kind": "Group", "name": "jane"],
        ]
        let kind: JSONValue = namespace == nil || random.chance(0.5) ? "ClusterRole" : "Role"
        return (
            reference,
            [
                "roleRef": ["kind": kind, "name": .string(pick(["x", "y"], &random))],
                "subjects": .array(subjects.filter { _ in random.chance(0.4) }),
            ]
        )
    }

    private static func scan(
        _ objects: [ObjectReference: JSONValue], _ request: AccessRequest, _ user: ServerUser
    ) -> Bool {
        objects.contains { reference, binding in
            guard reference.collection.contains("bindings"), let role = binding["roleRef"] else { return false }
            let isEverywhere = reference.key.namespace == nil
            guard isEverywhere || reference.key.namespace == request.namespace else { return false }
            let isMeant = (binding["subjects"]?.arrayValue ?? []).contains { subject in
                switch (subject["kind"], subject["name"]?.stringValue ?? "") {
                case ("User", let name): name == user.name
                case ("Group", let name): user.groups.contains(name)
                default: user.name == "system:serviceaccount:b:bot"
                }
            }
            let isClusterRole = role["kind"] == "ClusterRole"
            let place = ObjectReference(
                collection: "\(isClusterRole ? "cluster" : "")roles.rbac.authorization.k8s.io",
                key: ObjectKey(
                    namespace: isClusterRole ? nil : reference.key.namespace, name: role["name"]?.stringValue ?? ""))
            let rules = objects[place]?["rules"]?.arrayValue ?? []
            return isMeant && rules.contains { PolicyRule($0).allows(request) }
        }
    }
}
