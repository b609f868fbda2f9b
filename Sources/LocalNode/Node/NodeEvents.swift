import Foundation
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization

/// Writes events about pods, as a kubelet and a scheduler do; a failure to write one never matters.
final class NodeEvents: Sendable {
    /// How many events wait to be written at most; more are dropped.
    static let limit = 1000
    /// For how long the same event is not told again.
    static let quietSeconds: TimeInterval = 60

    struct Event: Sendable, Hashable {
        var kind = "Pod"
        var object: ObjectKey
        var uid: String
        var container: String?
        var isInit = false
        var isWarning = false
        var reason: String
        var action: String
        var note: String
        var reporter = "kubelet"
    }

    private let client: Client
    private let node: String
    private let logger: Logger
    private let stream: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation
    private let recent = Mutex<[Event: Date]>([:])

    init(client: Client, node: String, logger: Logger) {
        self.client = client
        self.node = node
        self.logger = logger
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.limit))
    }

    /// Tells of something, unless the same was told a moment ago.
    func tell(_ event: Event) {
        let now = Date()
        let isNew = recent.withLock { recent in
            if recent.count > Self.limit {
                recent = recent.filter { now.timeIntervalSince($0.value) < Self.quietSeconds }
            }
            if let last = recent[event], now.timeIntervalSince(last) < Self.quietSeconds { return false }
            recent[event] = now
            return true
        }
        if isNew { continuation.yield(event) }
    }

    /// Ends ``run()`` when everything that waits is written.
    func finish() { continuation.finish() }

    /// Writes events until it is ended.
    func run() async {
        for await event in stream {
            do {
                try await client.create(.event, namespace: event.object.namespace, object(event))
            } catch {
                logger.debug("an event was not written", metadata: ["event": "\(event.reason)", "error": "\(error)"])
            }
        }
    }

    private func object(_ event: Event) -> JSONValue {
        let now = MicroTime(Date())
        let suffix = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        var regarding: JSONValue = [
            "apiVersion": "v1", "kind": .string(event.kind), "name": .string(event.object.name),
            "uid": .string(event.uid),
            "namespace": .string(event.object.namespace ?? "default"),
        ]
        if let container = event.container {
            regarding["fieldPath"] = .string("spec.\(event.isInit ? "initContainers" : "containers"){\(container)}")
        }
        return [
            "apiVersion": "events.k8s.io/v1", "kind": "Event",
            "metadata": [
                "name": .string("\(event.object.name).\(suffix)"),
                "namespace": .string(event.object.namespace ?? "default"),
            ],
            "eventTime": .string(now.description), "reason": .string(event.reason), "action": .string(event.action),
            "type": .string(event.isWarning ? "Warning" : "Normal"),
            "note": .string(ContainerExit.prefix(of: event.note, bytes: 1000)), "regarding": regarding,
            "reportingController": .string(event.reporter), "reportingInstance": .string(node),
        ]
    }
}
