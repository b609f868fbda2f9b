import Foundation
import KubernetesCore
import Synchronization
import Testing

@testable import LocalAPIServer

/// How objects end: by deletions, by their owners, and by age.
struct LifecycleTests {
    private let maps = "/api/v1/namespaces/default/configmaps"

    private func finalizers(_ value: JSONValue) -> [String] {
        (value["metadata"]?["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    @Test func aSecondDeletionChoosesAnewWhatBecomesOfDependents() async throws {
        let server = try await TestServer()
        let held: JSONValue = ["metadata": ["name": "held", "finalizers": ["example.com/x"]]]
        _ = try await server.send(.post, maps, held)
        _ = try await server.send(.post, maps, ["metadata": ["name": "free"]])
        let first = try await server.send(.delete, "\(maps)/held?propagationPolicy=Foreground")
        #expect(finalizers(first.body) == ["example.com/x", "foregroundDeletion"])
        let again = try await server.send(.delete, "\(maps)/held")
        #expect(again.body == first.body)
        let second = try await server.send(.delete, "\(maps)/held?propagationPolicy=Orphan")
        #expect(finalizers(second.body) == ["example.com/x", "orphan"])
        let third = try await server.send(.delete, "\(maps)/held?propagationPolicy=Background")
        #expect(finalizers(third.body) == ["example.com/x"])
        let marks = [first, second, third].map { $0.body["metadata"]?["deletionTimestamp"] }
        #expect(Set(marks).count == 1)
        _ = try await server.send(.delete, "\(maps)/free?propagationPolicy=Foreground")
        let gone = try await server.send(.delete, "\(maps)/free?propagationPolicy=Background")
        #expect(gone.body["status"] == "Success")
        #expect(try await server.send(.get, "\(maps)/free").status == 404)
    }

    @Test func aDeletionOfACollectionKeepsToItsLimit() async throws {
        let server = try await TestServer()
        for name in ["a", "b", "c"] {
            let map: JSONValue = ["metadata": ["name": .string(name), "labels": ["l": "x"]]]
            _ = try await server.send(.post, maps, map)
        }
        func names(_ list: JSONValue) -> [JSONValue?] {
            (list["items"]?.arrayValue ?? []).map { $0["metadata"]?["name"] }
        }
        let deleted = try await server.send(.delete, "\(maps)?labelSelector=l%3Dx&limit=2")
        #expect(names(deleted.body) == ["a", "b"])
        #expect(try await names(server.send(.get, "\(maps)?labelSelector=l%3Dx").body) == ["c"])
    }

    /// A Scale that says nothing of replicas says zero, as its type does in Kubernetes.
    @Test func aScaleWithoutReplicasIsZero() async throws {
        let server = try await TestServer()
        let path = "/apis/apps/v1/namespaces/default/deployments"
        let labels: JSONValue = ["app": "web"]
        let template: JSONValue = [
            "metadata": ["labels": labels], "spec": ["containers": [["name": "c", "image": "i"]]],
        ]
        let made = try await server.send(
            .post, path,
            [
                "metadata": ["name": "web"],
                "spec": ["replicas": 3, "selector": ["matchLabels": labels], "template": template],
            ])
        #expect(made.status == 201)
        let scale: JSONValue = ["kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": ["name": "web"]]
        #expect(try await server.send(.put, "\(path)/web/scale", scale).status == 200)
        #expect(try await server.send(.get, "\(path)/web").body["spec"]?["replicas"] == 0)
    }

    /// Clients sort events by times that some events do not have.
    @Test func eventsHaveTheirTimesBeTheyNull() async throws {
        let server = try await TestServer()
        let event: JSONValue = [
            "metadata": ["name": "e", "namespace": "default"],
            "involvedObject": ["kind": "Pod", "namespace": "default", "name": "p"],
        ]
        let made = try await server.send(.post, "/api/v1/namespaces/default/events", event)
        for field in ["firstTimestamp", "lastTimestamp", "eventTime"] { #expect(made.body[field] == .null, "\(field)") }
        let listed = try await server.send(.get, "/apis/events.k8s.io/v1/namespaces/default/events")
        let shown = try #require(listed.body["items"]?.arrayValue?.first)
        for field in ["deprecatedFirstTimestamp", "deprecatedLastTimestamp", "eventTime"] {
            #expect(shown[field] == .null, "\(field)")
        }
        #expect(shown["deprecatedSource"] == [:])
    }

    @Test(.timeLimit(.minutes(5))) func orphanedDependentsStayWithoutOwner() async throws {
        let server = try await TestServer()
        let owner = try await server.send(.post, maps, ["metadata": ["name": "owner"]])
        let reference: JSONValue = [
            "apiVersion": "v1", "kind": "ConfigMap", "name": "owner",
            "uid": owner.body["metadata"]?["uid"] ?? .null,
        ]
        _ = try await server.send(.post, maps, ["metadata": ["name": "child", "ownerReferences": [reference]]])
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.server.run() }
            defer { group.cancelAll() }
            _ = try await server.send(.delete, "\(maps)/owner?propagationPolicy=Orphan")
            while try await server.send(.get, "\(maps)/owner").status != 404 {
                try await Task.sleep(for: .milliseconds(2))
            }
            let child = try await server.send(.get, "\(maps)/child")
            #expect(child.status == 200)
            #expect(child.body["metadata"]?["ownerReferences"] == nil)
        }
    }

    @Test func eventsExpireAfterTheirLastOccurrence() async throws {
        final class Clock: Sendable {
            let date = Mutex(Date(timeIntervalSince1970: 1_750_000_000))
        }
        let clock = Clock()
        let server = try await TestServer(.init(now: { clock.date.withLock { $0 } }, eventLifetime: 3600))
        let events = "/api/v1/namespaces/default/events"
        func event(_ name: String, _ extra: JSONValue = [:]) -> JSONValue {
            var value: JSONValue = [
                "metadata": ["name": .string(name)], "involvedObject": ["kind": "Pod", "namespace": "default"],
                "reason": "R", "message": "m",
            ]
            for (name, member) in extra.objectValue ?? [:] { value[name] = member }
            return value
        }
        let late = Time(clock.date.withLock { $0.addingTimeInterval(1800) }).description
        for value in [event("old"), event("repeated", ["lastTimestamp": .string(late)])] {
            #expect(try await server.send(.post, events, value).status == 201)
        }
        clock.date.withLock { $0 += 3601 }
        #expect(try await server.send(.post, events, event("new")).status == 201)
        await server.server.removeExpiredEvents()
        let list = try await server.send(.get, events)
        let names = (list.body["items"]?.arrayValue ?? []).compactMap { $0["metadata"]?["name"]?.stringValue }
        #expect(names == ["new", "repeated"])
    }
}
