import Foundation
import KubernetesCore
import Synchronization
import Testing

@testable import LocalAPIServer

/// Who asks, and what becomes of it.
struct AuthorizationTests {
    private static let roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles"
    private static let bindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings"
    private static let configMaps = "/api/v1/namespaces/default/configmaps"

    private static func role(_ name: String, _ rules: JSONValue) -> JSONValue {
        ["metadata": ["name": .string(name)], "rules": rules]
    }

    private static func binding(_ name: String, role: String, kind: String = "Role", to user: String) -> JSONValue {
        [
            "metadata": ["name": .string(name)], "roleRef": ["kind": .string(kind), "name": .string(role)],
            "subjects": [["kind": "User", "name": .string(user)]],
        ]
    }

    /// Sends a request as somebody.
    private func send(
        _ server: LocalAPIServer, as user: ServerUser, _ method: APIRequest.Method, _ path: String,
        _ body: JSONValue? = nil, type: String = "application/json", headers: [String: String] = [:]
    ) async -> (status: Int, message: String) {
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        let own = ["content-type": type, "user-agent": "test/1"]
        let request = APIRequest(
            method: method, path: parts[0], query: LocalAPIServerHTTP.queryItems(parts.dropFirst().first ?? ""),
            headers: own.merging(headers) { $1 }, body: body.map { JSONWriter.bytes($0) })
        switch await server.respond(to: request, user: user) {
        case .stream(let status, _, _): return (status, "")
        case .whole(let answer):
            let text = (try? JSONParser.parse(answer.body))?["message"]?.stringValue
            return (answer.status, text ?? "")
        }
    }

    private let jane = ServerUser(name: "jane", groups: ["system:authenticated"])

    @Test func withoutRolesWhoeverIsKnownMayDoEverything() async throws {
        let server = try await TestServer().server
        #expect(await send(server, as: jane, .get, Self.configMaps).status == 200)
        #expect(await send(server, as: .anonymous, .get, Self.configMaps).status == 403)
        #expect(await send(server, as: .anonymous, .get, "/apis").status == 403)
        #expect(await send(server, as: .anonymous, .get, "/readyz").status == 200)
    }

    @Test func namesOfAListAreThoseOfItsFieldSelector() async throws {
        let test = try await TestServer(.init(authorization: .rbac))
        let rule: JSONValue = [
            "verbs": ["list", "watch"], "apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["mine"],
        ]
        _ = try await test.send(.post, Self.roles, Self.role("one", [rule]))
        _ = try await test.send(.post, Self.bindings, Self.binding("one", role: "one", to: "jane"))
        let path = Self.configMaps
        #expect(await send(test.server, as: jane, .get, path).status == 403)
        #expect(await send(test.server, as: jane, .get, "\(path)?fieldSelector=metadata.name%3Dmine").status == 200)
        #expect(await send(test.server, as: jane, .get, "\(path)?fieldSelector=metadata.name%3Dyours").status == 403)
        let watch = "\(path)?watch=1&fieldSelector=metadata.name%3Dmine"
        #expect(await send(test.server, as: jane, .get, watch).status == 200)
    }

    @Test func rightsComeAndGoWithTheirObjects() async throws {
        let test = try await TestServer(.init(authorization: .rbac))
        let read: JSONValue = [["verbs": ["list"], "apiGroups": [""], "resources": ["configmaps"]]]
        _ = try await test.send(.post, Self.bindings, Self.binding("b", role: "r", to: "jane"))
        let before = await send(test.server, as: jane, .get, Self.configMaps)
        #expect(before.message.hasSuffix(": RBAC: role.rbac.authorization.k8s.io \"r\" not found"), "\(before)")
        _ = try await test.send(.post, Self.roles, Self.role("r", read))
        #expect(await send(test.server, as: jane, .get, Self.configMaps).status == 200)
        _ = try await test.send(
            .patch, "\(Self.roles)/r", ["rules": []], type: "application/merge-patch+json")
        #expect(await send(test.server, as: jane, .get, Self.configMaps).status == 403)
        _ = try await test.send(.put, "\(Self.roles)/r", Self.role("r", read))
        #expect(await send(test.server, as: jane, .get, Self.configMaps).status == 200)
        _ = try await test.send(.delete, "\(Self.bindings)/b")
        #expect(await send(test.server, as: jane, .get, Self.configMaps).status == 403)
        // A ClusterRole that a RoleBinding gives holds in the binding's namespace only.
        _ = try await test.send(.post, Self.bindings, Self.binding("v", role: "view", kind: "ClusterRole", to: "jane"))
        #expect(await send(test.server, as: jane, .get, Self.configMaps).status == 200)
        #expect(await send(test.server, as: jane, .get, "/api/v1/configmaps").status == 403)
        #expect(await send(test.server, as: jane, .get, "/api/v1/namespaces/default/secrets").status == 403)
        #expect(await send(test.server, as: jane, .get, "/api/v1/namespaces/default").status == 200)
        #expect(await send(test.server, as: jane, .get, "/api/v1/namespaces").status == 403)
    }

    @Test(.timeLimit(.minutes(5))) func aggregatedRolesFollowTheirParts() async throws {
        let test = try await TestServer(.init(authorization: .rbac))
        let path = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
        try await withThrowingTaskGroup { group in
            group.addTask { try await test.server.run() }
            defer { group.cancelAll() }
            var part = Self.role("pipelines-view", [["verbs": ["get"], "apiGroups": ["x"], "resources": ["y"]]])
            part[path: ["metadata", "labels"]] = ["rbac.authorization.k8s.io/aggregate-to-view": "true"]
            #expect(try await test.send(.post, path, part).status == 201)
            // View is a part of edit, and edit of admin.
            func isAggregated() async throws -> Bool {
                let rules = try await test.send(.get, "\(path)/admin").body["rules"]?.arrayValue ?? []
                #expect(rules.count > 10)
                return rules.contains { $0["apiGroups"] == ["x"] }
            }
            while try await !isAggregated() { try await Task.sleep(for: .milliseconds(5)) }
            #expect(try await test.send(.delete, "\(path)/pipelines-view").status == 200)
            while try await isAggregated() { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test func nobodyGivesAwayWhatHeDoesNotHave() async throws {
        let test = try await TestServer(.init(authorization: .rbac))
        _ = try await test.send(.post, Self.bindings, Self.binding("a", role: "admin", kind: "ClusterRole", to: "jane"))
        let held: JSONValue = [["verbs": ["get"], "apiGroups": [""], "resources": ["configmaps"]]]
        let nodes: JSONValue = [["verbs": ["get"], "apiGroups": ["fairlead.dev"], "resources": ["pipelines"]]]
        #expect(await send(test.server, as: jane, .post, Self.roles, Self.role("ok", held)).status == 201)
        let refused = await send(test.server, as: jane, .post, Self.roles, Self.role("more", nodes))
        #expect(refused.status == 403)
        #expect(
            refused.message == """
                roles.rbac.authorization.k8s.io "more" is forbidden: user "jane" (groups=["system:authenticated"]) is \
                attempting to grant RBAC permissions not currently held:
                {APIGroups:["fairlead.dev"], Resources:["pipelines"], Verbs:["get"]}
                """)
        let patch: JSONValue = ["rules": nodes]
        let changed = await send(
            test.server, as: jane, .patch, "\(Self.roles)/ok", patch, type: "application/merge-patch+json")
        #expect(changed.status == 403)
        let labelled = await send(
            test.server, as: jane, .patch, "\(Self.roles)/ok", ["metadata": ["labels": ["a": "b"]]],
            type: "application/merge-patch+json")
        #expect(labelled.status == 200)
        let owner = Self.binding("owner", role: "cluster-admin", kind: "ClusterRole", to: "jane")
        #expect(await send(test.server, as: jane, .post, Self.bindings, owner).status == 403)
        let editor = Self.binding("editor", role: "edit", kind: "ClusterRole", to: "joe")
        #expect(await send(test.server, as: jane, .post, Self.bindings, editor).status == 201)
        // Who may bind a role, or escalate, need not have its rights.
        let bind: JSONValue = [
            "verbs": ["bind"], "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"],
            "resourceNames": ["cluster-admin"],
        ]
        _ = try await test.send(.post, Self.roles, Self.role("binder", [bind]))
        _ = try await test.send(.post, Self.bindings, Self.binding("binder", role: "binder", to: "jane"))
        #expect(await send(test.server, as: jane, .post, Self.bindings, owner).status == 201)
    }

    @Test func anApplyThatCreatesNeedsTheRightToCreate() async throws {
        let test = try await TestServer(.init(authorization: .rbac))
        _ = try await test.send(
            .post, Self.roles,
            Self.role("patcher", [["verbs": ["patch"], "apiGroups": [""], "resources": ["configmaps"]]]))
        _ = try await test.send(.post, Self.bindings, Self.binding("p", role: "patcher", to: "jane"))
        let value: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "c"], "data": ["a": "b"]]
        let path = "\(Self.configMaps)/c?fieldManager=m"
        let refused = await send(test.server, as: jane, .patch, path, value, type: "application/apply-patch+yaml")
        #expect(refused.status == 403 && refused.message.contains("cannot create resource"), "\(refused)")
        #expect(try await test.send(.patch, path, value, type: "application/apply-patch+yaml").status == 201)
        let applied = await send(test.server, as: jane, .patch, path, value, type: "application/apply-patch+yaml")
        #expect(applied.status == 200)
    }

    @Test func speakingForOthersIsARightOfItsOwn() async throws {
        let test = try await TestServer(.init(authorization: .rbac))
        let path = "/apis/rbac.authorization.k8s.io/v1"
        func allow(_ name: String, _ rules: JSONValue) async throws {
            _ = try await test.send(.post, "\(path)/clusterroles", Self.role(name, rules))
            _ = try await test.send(
                .post, "\(path)/clusterrolebindings", Self.binding(name, role: name, kind: "ClusterRole", to: "jane"))
        }
        let headers = ["impersonate-user": "joe", "impersonate-group": "devs\ncn=a,ou=b"]
        _ = try await test.send(
            .post, Self.bindings, Self.binding("joe", role: "view", kind: "ClusterRole", to: "joe"))
        #expect(await send(test.server, as: jane, .get, Self.configMaps, headers: headers).status == 403)
        try await allow(
            "joe", [["verbs": ["impersonate"], "apiGroups": [""], "resources": ["users"], "resourceNames": ["joe"]]])
        #expect(await send(test.server, as: jane, .get, Self.configMaps, headers: headers).status == 403)
        try await allow(
            "groups",
            [
                [
                    "verbs": ["impersonate"], "apiGroups": [""], "resources": ["groups"],
                    "resourceNames": ["devs", "cn=a,ou=b"],
                ]
            ])
        #expect(await send(test.server, as: jane, .get, Self.configMaps, headers: headers).status == 200)
        #expect(await send(test.server, as: jane, .get, "/api/v1/secrets", headers: headers).status == 403)
        let account = ["impersonate-user": "system:serviceaccount:default:default"]
        #expect(await send(test.server, as: jane, .get, Self.configMaps, headers: account).status == 403)
    }

    @Test func tokensProveTheirAccountUntilTheyEnd() async throws {
        let clock = Mutex(Date(timeIntervalSince1970: 1_800_000_000))
        let folder = FileManager.default.temporaryDirectory.appending(path: "tokens-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = LocalAPIServer.Configuration(storage: .file(folder.appending(path: "state").path))
        configuration.now = { clock.withLock { $0 } }
        var test: TestServer? = try await TestServer(configuration)
        func token(_ spec: JSONValue) async throws -> String {
            let path = "/api/v1/namespaces/default/serviceaccounts/default/token"
            let answer = try await test?.send(.post, path, ["spec": spec])
            return answer?.body["status"]?["token"]?.stringValue ?? ""
        }
        func status(_ token: String) async -> Int {
            let request = APIRequest(path: Self.configMaps, headers: ["authorization": "Bearer \(token)"])
            guard case .whole(let answer)? = await test?.server.respond(to: request) else { return 0 }
            return answer.status
        }
        let short = try await token(["expirationSeconds": 600])
        let long = try await token([:])
        let foreign = try await token(["audiences": ["elsewhere"]])
        #expect(await status(short) == 200)
        #expect(await status(foreign) == 401)
        var forged = Array(long)
        forged[forged.count / 2] = forged[forged.count / 2] == "A" ? "B" : "A"
        #expect(await status(String(forged)) == 401)
        clock.withLock { $0 += 601 }
        #expect(await status(short) == 401)
        #expect(await status(long) == 200)
        // The key outlives the server.
        test = nil
        test = try await TestServer(configuration)
        #expect(await status(long) == 200)
        _ = try await test?.send(.delete, "/api/v1/namespaces/default/serviceaccounts/default")
        #expect(await status(long) == 401)
        _ = try await test?.send(.post, "/api/v1/namespaces/default/serviceaccounts", ["metadata": ["name": "default"]])
        #expect(await status(long) == 401, "an account of the same name is another")
    }
}
