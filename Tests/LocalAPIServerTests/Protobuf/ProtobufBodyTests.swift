import KubernetesCore
import PropertyTesting
import Testing

@testable import LocalAPIServer

/// Bodies in protobuf become the JSON that stands for the same object.
struct ProtobufBodyTests {
    /// The bodies of a scenario that kubectl sent; those that the recording as text has spoilt are left out.
    private static func recorded(_ scenario: String) -> [[UInt8]] {
        SchemaRecordings.steps(scenario).compactMap { step in
            guard let text = step.body?.stringValue, text.hasPrefix("k8s\0"), !text.contains("\u{FFFD}") else {
                return nil
            }
            return Array(text.utf8)
        }
    }

    // The recordings lie beside the package; skipped where they are absent.
    @Test(.enabled(if: SchemaRecordings.areAvailable))
    func reviewsOfKubectl() throws {
        let access = { (attributes: String) in
            """
            {"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","metadata":{},\
            "spec":{\(attributes)},"status":{"allowed":false}}
            """
        }
        let resource = { (attributes: String) in
            access(#""resourceAttributes":{"namespace":"k36-logs-auth",\#(attributes)}"#)
        }
        let me = """
            {"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview","metadata":{},"status":{"userInfo":{}}}
            """
        let list = resource(#""verb":"list","group":"fairlead.dev","resource":"pipelines""#)
        try compare(
            Self.recorded("kubectl/logs-auth-1.36"),
            [
                list, resource(#""verb":"create","resource":"pods""#), list,
                """
                {"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectRulesReview","metadata":{},\
                "spec":{"namespace":"k36-logs-auth"},\
                "status":{"resourceRules":null,"nonResourceRules":null,"incomplete":false}}
                """,
                access(#""nonResourceAttributes":{"path":"/healthz","verb":"get"}"#),
                resource(#""verb":"list","resource":"nosuchthing""#), me, me,
                """
                {"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","metadata":{},\
                "spec":{"audiences":null},"status":{"token":""}}
                """,
                resource(#""verb":"update","group":"fairlead.dev","resource":"pipelines","subresource":"status""#),
            ])
    }

    @Test(.enabled(if: SchemaRecordings.areAvailable))
    func objectsOfKubectl() throws {
        try compare(
            Self.recorded("kubectl/modify-1.36"),
            [
                """
                {"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"web"},\
                "spec":{"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"maxReplicas":3},\
                "status":{"desiredReplicas":0,"currentMetrics":null}}
                """,
                #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"lit"},"data":{"a":"b"}}"#,
                #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"sec"},"data":{"a":"Yg=="}}"#,
                #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"k36-modify-x"},"spec":{},"status":{}}"#,
                #"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"bot"}}"#,
                """
                {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"r"},"rules":\
                [{"verbs":["get","list"],"apiGroups":["fairlead.dev"],"resources":["pipelines"]}]}
                """,
                """
                {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"r"},\
                "subjects":[{"kind":"ServiceAccount","name":"bot","namespace":"k36-modify"}],\
                "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"}}
                """,
            ])
    }

    private func compare(_ bodies: [[UInt8]], _ expected: [String]) throws {
        #expect(bodies.count == expected.count)
        for (body, text) in zip(bodies, expected) {
            #expect(try ProtobufBody.object(body) == JSONParser.parse(text))
        }
    }

    @Test func valuesOfEverySort() throws {
        let object = try ProtobufBody.object(ProtobufBodies.deployment)
        let expected = try JSONParser.parse(
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","labels":{"app":"web","bare":""},\
            "creationTimestamp":"2026-01-02T03:04:05Z","ownerReferences":\
            [{"kind":"Job","name":"owner","uid":"","apiVersion":"","controller":false}],\
            "managedFields":[{"fieldsV1":{"f:spec":{}}}]},\
            "spec":{"replicas":0,"selector":{},"strategy":{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":1}},\
            "template":{"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":"500m"}},\
            "ports":[{"containerPort":-1}],"env":[{"name":"K","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}]}],\
            "volumes":[{"name":"v","emptyDir":{}}],"securityContext":{"supplementalGroups":[1,2,3]}}}}}
            """)
        #expect(object == expected)
    }

    @Test func messagesReferToMessages() {
        for message in ProtobufTypes.messages.values {
            for field in message.fields.values {
                var type = field.type
                while case .list(let inner) = type { type = inner }
                while case .map(let inner) = type { type = inner }
                guard case .message(let name) = type else { continue }
                #expect(ProtobufTypes.message(name, in: message.apiVersion) != nil, "\(message.name).\(field.name)")
            }
        }
    }

    @Test(
        arguments: [
            ([], 400, "the object provided is unrecognized (must be of type Pod): empty data (<empty>)"),
            (
                Array("k8s\0".utf8), 400,
                "the object provided is unrecognized (must be of type Pod): empty body (6b387300)"
            ),
            (
                Array("k8s\0\n".utf8), 400,
                "the object provided is unrecognized (must be of type Pod): unexpected EOF (6b3873000a)"
            ),
            (ProtobufBodies.body("v1", "Pod", [0x08, 0x01]), 400, wrongType),
            (
                ProtobufBodies.body("v1", "Pod", [0x0A, 0x05]), 400,
                "Pod in version \"v1\" cannot be handled as a Pod: unexpected EOF"
            ),
            (ProtobufBodies.body("fairlead.dev/v1alpha1", "Pipeline", []), 415, nil),
        ] as [([UInt8], Int, String?)])
    func failures(_ body: [UInt8], _ code: Int, _ message: String?) {
        let status = #expect(throws: Status.self) { try RequestBody.protobuf(body, kind: "Pod") }
        #expect(status.map { Int($0.code ?? 0) } == code)
        if let message { #expect(status?.message == message) }
    }

    private static let wrongType =
        "Pod in version \"v1\" cannot be handled as a Pod: proto: wrong wireType = 0 for field Metadata"

    @Test func whatIsCutShortFails() {
        let body = ProtobufBodies.deployment
        let failures = (0..<body.count).count { (try? ProtobufBody.object(Array(body.prefix($0)))) == nil }
        // The envelope without its object is whole.
        #expect(failures == body.count - 1)
    }

    @Test func noBytesTrap() {
        var random = SeededGenerator(seed: 0x5EED)
        print("seed \(random.seed)")
        let kinds = ProtobufTypes.messages.values.filter(\.isKind).sorted { $0.name < $1.name }
        for message in kinds {
            for _ in 0..<40 {
                let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                    // Small numbers are tags and lengths more often than any byte would be.
                    random.chance(0.7)
                        ? UInt8.random(in: 0...34, using: &random) : UInt8(truncatingIfNeeded: random.next())
                }
                _ = try? ProtobufBody.object(ProtobufBodies.body(message.apiVersion, message.name, bytes))
                _ = try? ProtobufBody.object(ProtobufBody.prefix + bytes)
            }
        }
        var read = 0
        for _ in 0..<2000 {
            var body = ProtobufBodies.deployment
            let place = Int.random(in: ProtobufBody.prefix.count..<body.count, using: &random)
            body[place] = UInt8(truncatingIfNeeded: random.next())
            if (try? ProtobufBody.object(body)) != nil { read += 1 }
        }
        // Some changes break a body and some do not.
        #expect((1..<2000).contains(read))
    }

    @Test func groupsWithinGroupsEnd() {
        let body = ProtobufBodies.body("v1", "Pod", [UInt8](repeating: 0xFB, count: 100_000))
        #expect(throws: ProtobufBody.Failure.self) { try ProtobufBody.object(body) }
        let open = ProtobufBodies.body("v1", "Pod", [UInt8](repeating: 0x7B, count: 100_000))
        #expect(throws: ProtobufBody.Failure.self) { try ProtobufBody.object(open) }
        let whole = ProtobufBodies.body("v1", "Pod", [0x7B, 0x08, 0x01, 0x7C])
        #expect((try? ProtobufBody.object(whole)) == ["apiVersion": "v1", "kind": "Pod"])
    }
}
