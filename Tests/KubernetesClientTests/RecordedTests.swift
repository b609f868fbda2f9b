import Foundation
import KubernetesCore
import Synchronization
import Testing

@testable import KubernetesClient

/// Where the recordings are.
private enum Recordings {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/kubernetes/exchanges")
}

/// What a real API server answered, read by this client.
///
/// The recordings lie beside the package; without them these tests are skipped.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: Recordings.folder.path), "no recordings here"))
struct RecordedTests {
    private struct Exchange: Sendable {
        var place: String
        var path: String
        var response: JSONValue
    }

    /// Any object with metadata.
    private struct Something: Resource {
        static let type = ResourceType.configMap
        var metadata: ObjectMeta
    }

    private static func exchanges() throws -> [Exchange] {
        var exchanges: [Exchange] = []
        let files = FileManager.default.enumerator(at: Recordings.folder, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "jsonl" else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
                .replacing("<time>", with: "2026-01-01T00:00:00Z")
            for line in text.utf8.split(separator: 0x0A) {
                let value = try JSONParser.parse(Array(line))
                guard let response = value["response"], let path = value[path: ["request", "path"]]?.stringValue else {
                    continue
                }
                let step = value["step"]?.integerValue ?? 0
                exchanges.append(
                    Exchange(place: "\(file.lastPathComponent) step \(step)", path: path, response: response))
            }
        }
        return exchanges
    }

    @Test func everyRecordedEventIsUnderstood() async throws {
        var watches = 0
        for exchange in try Self.exchanges() {
            guard let events = exchange.response["events"]?.arrayValue, !events.isEmpty,
                !events.contains(where: { $0[path: ["object", "kind"]] == "Table" })
            else { continue }
            watches += 1
            let chunks = events.map { JSONWriter.bytes($0) + [0x0A] }
            let types = Mutex<[String]>([])
            try await Client(transport: ScriptedTransport([.init(chunks: chunks)]))
                .watch(Something.self, WatchQuery()) { event in
                    let type =
                        switch try event.get() {
                        case .added: "ADDED"
                        case .modified: "MODIFIED"
                        case .deleted: "DELETED"
                        case .bookmark: "BOOKMARK"
                        case .error(let status): status.message?.isEmpty == false ? "ERROR" : "ERROR without a message"
                        }
                    types.withLock { $0.append(type) }
                }
            #expect(types.withLock { $0 } == events.compactMap { $0["type"]?.stringValue }, "\(exchange.place)")
        }
        #expect(watches > 10)
    }

    @Test func everyRecordedRefusalKeepsItsStatus() throws {
        var refusals = 0
        for exchange in try Self.exchanges() {
            guard let status = exchange.response["status"]?.integerValue, status >= 400,
                let body = exchange.response["body"], body["kind"] == "Status"
            else { continue }
            refusals += 1
            let error = APIError(APIResponse(status: Int(status), body: JSONWriter.bytes(body)))
            #expect(error.code == Int(status), "\(exchange.place)")
            #expect(error.status.message == body["message"]?.stringValue, "\(exchange.place)")
            #expect(error.status.reason == body["reason"]?.stringValue, "\(exchange.place)")
            #expect(
                error.status.details?.causes?.map(\.field)
                    == body[path: ["details", "causes"]]?.arrayValue?.map { $0["field"]?.stringValue },
                "\(exchange.place)")
        }
        #expect(refusals > 50)
    }
}
