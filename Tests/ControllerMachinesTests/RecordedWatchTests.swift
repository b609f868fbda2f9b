import ControllerMachines
import Foundation
import KubernetesCore
import Testing

/// Where the recordings are.
private enum Recordings {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/kubernetes/exchanges")
}

/// What the watch machine makes of a real API server's words.
///
/// The recordings lie beside the package; without them these tests are skipped.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: Recordings.folder.path), "no recordings here"))
struct RecordedWatchTests {
    /// Any object with metadata.
    private struct Something: Resource {
        static let type = ResourceType.configMap
        var metadata: ObjectMeta
    }

    private static func exchanges(_ area: String) throws -> [JSONValue] {
        let folder = Recordings.folder.appendingPathComponent(area)
        var exchanges: [JSONValue] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
                .replacing("<time>", with: "2026-01-01T00:00:00Z")
            for line in text.utf8.split(separator: 0x0A) { exchanges.append(try JSONParser.parse(Array(line))) }
        }
        return exchanges
    }

    @Test("A real server's streamed initial state becomes a snapshot, and its refusals of one lead to a list")
    func initialStates() throws {
        var (streams, refusals) = (0, 0)
        for exchange in try Self.exchanges("watch") {
            let target = exchange[path: ["request", "path"]]?.stringValue ?? ""
            guard target.contains("watch=true"), target.contains("sendInitialEvents=true"),
                let response = exchange["response"]
            else { continue }
            var machine = WatchMachine()
            _ = machine.next(random: 0)
            machine.watchBegan(now: .zero)
            if response["status"] == 200, target.contains("allowWatchBookmarks=true") {
                streams += 1
                var actions: [WatchMachine.EventAction] = []
                for event in response["events"]?.arrayValue ?? [] {
                    let event = try KubernetesJSON.decode(
                        WatchEvent<Something>.self, from: JSONWriter.bytes(event))
                    actions.append(machine.received(WatchMachine.Received(event), now: .zero))
                }
                let end = try #require(actions.firstIndex { if case .swap = $0 { true } else { false } }, "\(target)")
                #expect(actions[..<end].allSatisfy { $0 == .collect }, "\(target)")
            } else if let code = response["status"]?.integerValue, code >= 400, let body = response["body"] {
                refusals += 1
                let status = try KubernetesJSON.decode(Status.self, from: JSONWriter.bytes(body))
                machine.failed(WatchFailure(status, code: Int(code)), now: .zero, random: 0)
                #expect(machine.hasLearntToList, "\(target)")
                #expect(machine.next(random: 0) == .list(ListQuery(limit: 500), startsSnapshot: true), "\(target)")
            }
        }
        #expect(streams >= 2)
        #expect(refusals >= 2)
    }

    @Test("Every recorded form of 410 is one: as an answer, and as an event")
    func expired() throws {
        var forms: Set<String> = []
        for exchange in try Self.exchanges("watch") + Self.exchanges("list") {
            if let body = exchange[path: ["response", "body"]], body["code"] == 410 {
                let status = try KubernetesJSON.decode(Status.self, from: JSONWriter.bytes(body))
                #expect(WatchFailure(status) == .expired)
                forms.insert("answer")
            }
            for event in exchange[path: ["response", "events"]]?.arrayValue ?? []
            where event["type"] == "ERROR" && event[path: ["object", "code"]] == 410 {
                let event = try KubernetesJSON.decode(WatchEvent<Something>.self, from: JSONWriter.bytes(event))
                var machine = WatchMachine()
                #expect(machine.received(WatchMachine.Received(event), now: .zero) == .stop(.expired))
                forms.insert("event")
            }
        }
        #expect(forms == ["answer", "event"])
    }
}
