import KubernetesCore
import Testing

@testable import KubernetesClient

/// What each verb sends, as text: method and target, headers, body.
struct ClientRequestTests {
    static let widget = ResourceType(group: "example.com", version: "v1", kind: "Widget", plural: "widgets")
    static let key = ObjectKey(namespace: "default", name: "w1")

    private func golden(_ answer: JSONValue = [:], _ body: (Client) async throws -> Void) async throws -> String {
        let transport = ScriptedTransport([.init(200, answer), .init(200, answer)])
        try await body(Client(transport: transport, fieldManager: "tester"))
        return transport.requests.map { request in
            var lines = ["\(request.method.rawValue) \(request.target)"]
            lines += request.headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            if let body = request.body { lines.append(String(decoding: body, as: UTF8.self)) }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    @Test func reads() async throws {
        let pod: JSONValue = ["metadata": ["name": "p", "namespace": "a"]]
        #expect(
            try await golden(pod) { _ = try await $0.get(PodView.self, ObjectKey(namespace: "a", name: "p")) }
                == "GET /api/v1/namespaces/a/pods/p")
        #expect(
            try await golden { _ = try await $0.get(.node, ObjectKey(namespace: nil, name: "system:n 1")) }
                == "GET /api/v1/nodes/system%3An%201")
        #expect(
            try await golden(["items": [], "metadata": [:]]) {
                _ = try await $0.list(
                    Self.widget, namespace: "a/b", ListQuery(labelSelector: "a=b,c!=d", limit: 5, resourceVersion: "0"))
            }
                == "GET /apis/example.com/v1/namespaces/a%2Fb/widgets?labelSelector=a%3Db%2Cc%21%3Dd&limit=5&resourceVersion=0"
        )
    }

    @Test func writes() async throws {
        #expect(
            try await golden {
                try await $0.create(
                    Self.widget, namespace: "default", ["image": "a/b"], .init(fieldValidation: .strict))
            } == """
                POST /apis/example.com/v1/namespaces/default/widgets?fieldManager=tester&fieldValidation=Strict
                Content-Type: application/json
                {"image":"a/b"}
                """)
        #expect(
            try await golden { try await $0.patch(Self.widget, Self.key, ["a": .null], as: .merge) } == """
                PATCH /apis/example.com/v1/namespaces/default/widgets/w1?fieldManager=tester
                Content-Type: application/merge-patch+json
                {"a":null}
                """)
        #expect(
            try await golden { try await $0.patch(Self.widget, Self.key, [["op": "test"]], as: .json) } == """
                PATCH /apis/example.com/v1/namespaces/default/widgets/w1?fieldManager=tester
                Content-Type: application/json-patch+json
                [{"op":"test"}]
                """)
        #expect(
            try await golden {
                try await $0.apply(Self.widget, Self.key, ["kind": "Widget"], force: true, subresource: "status")
            } == """
                PATCH /apis/example.com/v1/namespaces/default/widgets/w1/status?fieldManager=tester&force=true
                Content-Type: application/apply-patch+yaml
                {"kind":"Widget"}
                """)
        #expect(
            try await golden {
                try await $0.delete(
                    Self.widget, Self.key,
                    DeleteOptions(
                        gracePeriodSeconds: 0, propagationPolicy: "Background", preconditions: .init(uid: "u")))
            } == """
                DELETE /apis/example.com/v1/namespaces/default/widgets/w1
                Content-Type: application/json
                {"gracePeriodSeconds":0,"preconditions":{"uid":"u"},"propagationPolicy":"Background"}
                """)
        #expect(
            try await golden {
                try await $0.deleteCollection(.pod, namespace: "a", ListQuery(labelSelector: "x"))
            } == """
                DELETE /api/v1/namespaces/a/pods?labelSelector=x
                Content-Type: application/json
                {}
                """)
    }

    @Test("Subresources are read, made, patched and applied: eviction, scale, status")
    func subresources() async throws {
        #expect(
            try await golden {
                _ = try await $0.get(Self.widget, Self.key, subresource: "scale")
                try await $0.create(.pod, Self.key, subresource: "eviction", ["kind": "Eviction"])
            } == """
                GET /apis/example.com/v1/namespaces/default/widgets/w1/scale

                POST /api/v1/namespaces/default/pods/w1/eviction?fieldManager=tester
                Content-Type: application/json
                {"kind":"Eviction"}
                """)
        #expect(
            try await golden {
                try await $0.patch(
                    Self.widget, Self.key, ["spec": ["replicas": 2]], as: .strategicMerge, subresource: "scale")
            } == """
                PATCH /apis/example.com/v1/namespaces/default/widgets/w1/scale?fieldManager=tester
                Content-Type: application/strategic-merge-patch+json
                {"spec":{"replicas":2}}
                """)
    }

    @Test("Every write can be a dry run, with a field manager and a field validation of its own")
    func writeOptions() async throws {
        let options = WriteOptions(fieldManager: "other one", fieldValidation: .warn, isDryRun: true)
        let query = "fieldManager=other%20one&dryRun=All&fieldValidation=Warn"
        #expect(
            try await golden {
                try await $0.create(Self.widget, namespace: "a", [:], options)
                try await $0.patch(Self.widget, Self.key, [:], options)
            } == """
                POST /apis/example.com/v1/namespaces/a/widgets?\(query)
                Content-Type: application/json
                {}

                PATCH /apis/example.com/v1/namespaces/default/widgets/w1?\(query)
                Content-Type: application/merge-patch+json
                {}
                """)
        #expect(
            try await golden {
                try await $0.apply(Self.widget, Self.key, [:], options)
                try await $0.delete(Self.widget, Self.key, DeleteOptions(dryRun: ["All"]))
            } == """
                PATCH /apis/example.com/v1/namespaces/default/widgets/w1?\(query)&force=false
                Content-Type: application/apply-patch+yaml
                {}

                DELETE /apis/example.com/v1/namespaces/default/widgets/w1
                Content-Type: application/json
                {"dryRun":["All"]}
                """)
    }

    @Test("A name may be the server's to give: generateName goes through")
    func generatedNames() async throws {
        let made: JSONValue = ["metadata": ["name": "w-x7", "generateName": "w-"]]
        let transport = ScriptedTransport([.init(201, made)])
        let answer = try await Client(transport: transport).create(
            Self.widget, namespace: "a", ["metadata": ["generateName": "w-"]])
        #expect(answer["metadata"]?["name"] == "w-x7")
        #expect(transport.requests.first?.path == "/apis/example.com/v1/namespaces/a/widgets")
    }

    @Test("An applied body has no escape that YAML does not know, such as that of a slash")
    func appliedBodiesAreYAML() async throws {
        let image: JSONValue = ["image": "registry.example/a/b:1", "line": "a\u{2028}b\tc"]
        #expect(
            try await golden { try await $0.apply(Self.widget, Self.key, image) }
                .hasSuffix("{\"image\":\"registry.example/a/b:1\",\"line\":\"a\u{2028}b\\tc\"}"))
    }

    private struct PodMetadata: Resource {
        static let type = ResourceType.pod
        static let isMetadataOnly = true
        var metadata: ObjectMeta
    }

    @Test("Where only metadata is looked at, only metadata is asked for")
    func metadataOnly() async throws {
        let suffix = "g=meta.k8s.io;v=v1,application/json"
        #expect(
            try await golden(["metadata": ["name": "p"], "items": []]) {
                _ = try await $0.get(PodMetadata.self, Self.key)
                _ = try await $0.list(PodMetadata.self)
            } == """
                GET /api/v1/namespaces/default/pods/w1
                Accept: application/json;as=PartialObjectMetadata;\(suffix)

                GET /api/v1/pods
                Accept: application/json;as=PartialObjectMetadataList;\(suffix)
                """)
        #expect(
            try await golden { try await $0.watch(PodMetadata.self, WatchQuery(resourceVersion: "1")) { _ in } }
                .hasSuffix("Accept: application/json;as=PartialObjectMetadata;\(suffix)"))
    }

    @Test func statusPatchesAreGuarded() async throws {
        let metadata = ObjectMeta(name: "w1", namespace: "default", uid: "u", resourceVersion: "7")
        #expect(
            try await golden {
                try await $0.patchStatus(Self.widget, metadata, ["phase": "Ready", "old": .null])
                try await $0.patchStatus(Self.widget, metadata, ["phase": "Ready"], guardsVersion: false)
            } == """
                PATCH /apis/example.com/v1/namespaces/default/widgets/w1/status?fieldManager=tester
                Content-Type: application/merge-patch+json
                {"metadata":{"resourceVersion":"7","uid":"u"},"status":{"old":null,"phase":"Ready"}}

                PATCH /apis/example.com/v1/namespaces/default/widgets/w1/status?fieldManager=tester
                Content-Type: application/merge-patch+json
                {"metadata":{"uid":"u"},"status":{"phase":"Ready"}}
                """)
    }

    @Test func logs() async throws {
        let query = LogQuery(
            container: "main", previous: true, tailLines: 10, sinceSeconds: 60, timestamps: true, limitBytes: 1024)
        let parameters = "previous=true&tailLines=10&sinceSeconds=60&timestamps=true&limitBytes=1024"
        #expect(
            try await golden {
                _ = try await $0.logs(Self.key, query)
                try await $0.streamLogs(Self.key, query, follow: true) { _ in }
            } == """
                GET /api/v1/namespaces/default/pods/w1/log?container=main&\(parameters)
                Accept: */*

                GET /api/v1/namespaces/default/pods/w1/log?container=main&follow=true&\(parameters)
                Accept: */*
                """)
    }

    @Test func watches() async throws {
        #expect(
            try await golden {
                try await $0.watch(
                    PodView.self, namespace: "a",
                    WatchQuery(labelSelector: "x=y", resourceVersion: "5", timeoutSeconds: 300)
                ) { _ in }
            } == "GET /api/v1/namespaces/a/pods?watch=true&allowWatchBookmarks=true&labelSelector=x%3Dy"
                + "&resourceVersion=5&timeoutSeconds=300")
        #expect(
            try await golden { try await $0.watch(PodView.self, WatchQuery(sendInitialEvents: true)) { _ in } }
                == "GET /api/v1/pods?watch=true&allowWatchBookmarks=true&sendInitialEvents=true"
                + "&resourceVersionMatch=NotOlderThan")
    }

    /// An empty name would make a DELETE of one object one of the collection.
    @Test(arguments: ["", ".", ".."])
    func namesThatLeadElsewhereAreRefused(_ name: String) async throws {
        let transport = ScriptedTransport([])
        let client = Client(transport: transport)
        await #expect(throws: APIError.self) { try await client.delete(.pod, ObjectKey(namespace: "a", name: name)) }
        await #expect(throws: APIError.self) { try await client.get(.pod, ObjectKey(namespace: name, name: "a")) }
        await #expect(throws: APIError.self) {
            try await client.patch(.pod, ObjectKey(namespace: nil, name: name), [:])
        }
        #expect(transport.requests.isEmpty)
    }

    @Test func discovery() async throws {
        let answer: JSONValue = [
            "resources": [
                ["name": "widgets/status", "kind": "Widget", "namespaced": true, "verbs": ["get"]],
                ["name": "widgets", "kind": "Widget", "namespaced": true, "verbs": ["get", "list"]],
            ]
        ]
        let missing: JSONValue = ["kind": "Status", "message": "no", "code": 404]
        let transport = ScriptedTransport([
            .init(200, answer), .init(200, answer), .init(404, missing),
            .init(200, ["major": "1", "minor": "36", "gitVersion": "v1.36.2", "platform": "linux/amd64"]),
            .init(200, ["kind": "APIVersions", "versions": ["v1"]]),
            .init(200, ["groups": [["name": "apps", "versions": [["groupVersion": "apps/v1", "version": "v1"]]]]]),
        ])
        let client = Client(transport: transport)
        #expect(try await client.serves(Self.widget))
        #expect(try await client.resourceType(Self.widget.gvk) == Self.widget)
        #expect(try await client.serves(.lease) == false)
        #expect(try await client.serverVersion().gitVersion == "v1.36.2")
        #expect(try await client.servedVersions() == ["v1", "apps/v1"])
        #expect(
            transport.requests.map(\.target) == [
                "/apis/example.com/v1", "/apis/example.com/v1", "/apis/coordination.k8s.io/v1", "/version",
                "/api", "/apis",
            ])
    }

    @Test func refusalsCarryTheServersStatus() async throws {
        let transport = ScriptedTransport([
            .init(
                409,
                ["kind": "Status", "message": "there", "reason": "AlreadyExists", "code": 409],
                headers: ["retry-after": "3"]),
            .init(503, "overloaded"),
        ])
        let client = Client(transport: transport)
        let first = await #expect(throws: APIError.self) { try await client.create(.pod, namespace: "a", [:]) }
        #expect(first?.isAlreadyExists == true)
        #expect(first?.isConflict == false)
        #expect(first?.status.details?.retryAfterSeconds == 3)
        let second = await #expect(throws: APIError.self) { try await client.create(.pod, namespace: "a", [:]) }
        #expect(second?.code == 503)
        #expect(second?.isRetryable == true)
        #expect(second?.description == "\"overloaded\"")
    }
}
