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
