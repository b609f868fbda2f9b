import KubernetesCore
import Testing

@testable import KubernetesClient

struct ListAllTests {
    private func page(_ names: [String], next: String? = nil, version: String = "10") -> ScriptedTransport.Answer {
        var metadata: [String: JSONValue] = ["resourceVersion": .string(version)]
        if let next { metadata["continue"] = .string(next) }
        return .init(
            200, ["metadata": .object(metadata), "items": .array(names.map { ["metadata": ["name": .string($0)]] })])
    }

    private let expired = ScriptedTransport.Answer(
        410, ["kind": "Status", "message": "expired", "reason": "Expired", "code": 410])

    @Test func pagesAreFollowed() async throws {
        let transport = ScriptedTransport([page(["a", "b"], next: "t/1"), page(["c"], next: "t2"), page(["d"])])
        let listing = try await Client(transport: transport).listAll(
            PodView.self, ListQuery(labelSelector: "x", limit: 2, resourceVersion: "9", resourceVersionMatch: .exact))
        #expect(listing.items.map(\.metadata.name) == ["a", "b", "c", "d"])
        #expect(listing.resourceVersion == "10")
        #expect(
            transport.requests.map(\.target) == [
                "/api/v1/pods?labelSelector=x&limit=2&resourceVersion=9&resourceVersionMatch=Exact",
                "/api/v1/pods?labelSelector=x&limit=2&continue=t%2F1",
                "/api/v1/pods?labelSelector=x&limit=2&continue=t2",
            ])
    }

    @Test func anExpiredPageBeginsTheListAnewInOnePiece() async throws {
        let transport = ScriptedTransport([page(["a"], next: "t"), expired, page(["b", "c"], version: "11")])
        let list = try await Client(transport: transport).listAll(.pod, namespace: "n")
        #expect(list.items.map { $0[path: ["metadata", "name"]]?.stringValue } == ["b", "c"])
        #expect(list.metadata.resourceVersion == "11")
        #expect(
            transport.requests.map(\.target) == [
                "/api/v1/namespaces/n/pods?limit=500", "/api/v1/namespaces/n/pods?limit=500&continue=t",
                "/api/v1/namespaces/n/pods",
            ])
    }

    @Test func anExpiredBeginningIsTheCallers() async throws {
        let transport = ScriptedTransport([expired])
        await #expect(throws: APIError.self) {
            _ = try await Client(transport: transport).listAll(PodView.self, ListQuery(resourceVersion: "1"))
        }
        #expect(transport.requests.count == 1)
    }

    @Test func oneBadObjectDoesNotHideTheOthers() async throws {
        let transport = ScriptedTransport([
            .init(
                200,
                [
                    "metadata": ["resourceVersion": "3"],
                    "items": [
                        ["metadata": ["name": "good"]],
                        ["metadata": ["name": "bad", "namespace": "n", "resourceVersion": "2"], "status": "text"],
                        ["metadata": 5],
                    ],
                ])
        ])
        let listing = try await Client(transport: transport).listAll(PodView.self)
        #expect(listing.items.map(\.metadata.name) == ["good"])
        #expect(listing.undecodable.map(\.key) == [ObjectKey(namespace: "n", name: "bad"), nil])
        #expect(listing.undecodable.first?.resourceVersion == "2")
        #expect(listing.undecodable.first?.message.hasPrefix("items[1].status: ") == true)
    }
}
