import KubernetesCore
import PropertyTesting
import Synchronization
import Testing

@testable import KubernetesClient

struct WatchTests {
    /// Every type of event, an object that does not decode, and text that lines must not be cut at: U+2028 and `\r`.
    private static let lines = [
        #"{"type":"ADDED","object":{"metadata":{"name":"a","uid":"1","resourceVersion":"10"}}}"#,
        #"{"type":"MODIFIED","object":{"metadata":{"name":"a","annotations":{"text":"x\#u{2028}y\rz"}}}}"#,
        #"{"type":"DELETED","object":{"metadata":{"name":"a","resourceVersion":"12"}}}"#,
        #"{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"13"}}}"#,
        #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"14","annotations":"#
            + #"{"k8s.io/initial-events-end":"true"}}}}"#,
        #"{"type":"ADDED","object":{"metadata":{"name":"bad","namespace":"n","resourceVersion":"15"},"spec":[]}}"#,
        #"{"type":"ADDED","object":{"metadata":[]}}"#,
        #"{"type":"RENAMED","object":{}}"#,
        #"not JSON"#,
        #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#,
    ]

    private static let expected = [
        "added a 10", "modified a x\u{2028}y\rz", "deleted a 12", "bookmark 13 false", "bookmark 14 true",
        "undecodable n/bad 15", "undecodable - -", "undecodable - -", "undecodable - -", "error 410 Expired",
    ]

    private static func describe(_ event: Result<WatchEvent<PodView>, UndecodableObject>) -> String {
        switch event {
        case .success(.added(let pod)): "added \(pod.metadata.name) \(pod.metadata.resourceVersion ?? "")"
        case .success(.modified(let pod)): "modified \(pod.metadata.name) \(pod.metadata.annotations["text"] ?? "")"
        case .success(.deleted(let pod)): "deleted \(pod.metadata.name) \(pod.metadata.resourceVersion ?? "")"
        case .success(.bookmark(let version, let isEnd)): "bookmark \(version) \(isEnd)"
        case .success(.error(let status)): "error \(status.code ?? 0) \(status.reason ?? "")"
        case .failure(let failure):
            "undecodable \(failure.key?.description ?? "-") \(failure.resourceVersion?.description ?? "-")"
        }
    }

    private func watch(_ answer: ScriptedTransport.Answer) async -> (events: [String], failure: (any Error)?) {
        let events = Mutex<[String]>([])
        do {
            try await Client(transport: ScriptedTransport([answer])).watch(PodView.self, WatchQuery()) { event in
                events.withLock { $0.append(Self.describe(event)) }
            }
            return (events.withLock { $0 }, nil)
        } catch {
            return (events.withLock { $0 }, error)
        }
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func eventsDoNotDependOnChunks(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let bytes = Self.lines.flatMap { line -> [UInt8] in Array(line.utf8) + [0x0A] }
        let chunks = generator.split(bytes)
        let (events, failure) = await watch(.init(chunks: chunks))
        #expect(events == Self.expected, "seed \(seed)")
        #expect(failure == nil, "seed \(seed)")
    }

    @Test func whatCameBeforeACutIsHandedOver() async throws {
        let text = Self.lines[0] + "\n" + Self.lines[2].prefix(20)
        let (events, failure) = await watch(
            .init(chunks: [Array(text.utf8)], failure: TransportError(.interrupted, "cut")))
        #expect(events == ["added a 10"])
        #expect((failure as? TransportError)?.code == .interrupted)
    }

    @Test func aRefusedWatchThrowsTheServersStatus() async throws {
        let (events, failure) = await watch(
            .init(429, ["kind": "Status", "message": "slow down", "code": 429], headers: ["retry-after": "2"]))
        #expect(events.isEmpty)
        #expect((failure as? APIError)?.status.details?.retryAfterSeconds == 2)
    }

    @Test func anEndlessEventIsAFailureAndNotAllTheMemory() async throws {
        let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let (_, failure) = await watch(.init(chunks: Array(repeating: chunk, count: 9)))
        #expect((failure as? TransportError)?.code == .other)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func logLinesDoNotDependOnChunks(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let text = "first\n\n\u{2028}third\r\n" + String(repeating: "x", count: 500) + "\nwithout an end"
        let received = Mutex<[String]>([])
        let transport = ScriptedTransport([.init(chunks: generator.split(Array(text.utf8)))])
        try await Client(transport: transport).streamLogs(ObjectKey(namespace: "n", name: "p")) { line in
            received.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        }
        let expected = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String($0) }
        #expect(received.withLock { $0 } == expected.compactMap { $0 }, "seed \(seed)")
    }

    @Test func longLogLinesComeInPieces() {
        var framer = LogLineFramer(limit: 4)
        var lines = framer.push(Array("abcdefghij".utf8))
        lines += framer.push(Array("kl\nmnop\n\nq".utf8))
        let texts = (lines + [framer.finish() ?? []]).map { String(decoding: $0, as: UTF8.self) }
        #expect(texts == ["abcd", "efgh", "ijkl", "mnop", "", "q"])
        #expect(framer.finish() == nil)
    }
}
