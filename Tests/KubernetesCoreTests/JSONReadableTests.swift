import Foundation
import PropertyTesting
import Testing

@testable import KubernetesCore

/// Types that are read from bytes without a JSON value in between are what their `Decodable` form makes of the same.
struct JSONReadableTests {
    /// Reads without the way out that ``KubernetesJSON/read(_:from:)`` has.
    private func readDirectly<T: JSONReadable>(_ type: T.Type, _ bytes: [UInt8]) throws -> T {
        try bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(buffer)
            let value = try T(reading: &reader)
            try reader.end()
            return value
        }
    }

    /// A pod with every member that a view has, and with some that it passes over.
    private static let pod: JSONValue = [
        "apiVersion": "v1", "kind": "Pod",
        "metadata": [
            "name": "a", "namespace": "default", "generateName": "a-", "uid": "u-1", "resourceVersion": "12",
            "generation": 3, "creationTimestamp": "2026-01-02T03:04:05Z",
            "deletionTimestamp": "2026-01-02T03:04:06+01:00", "deletionGracePeriodSeconds": 30,
            "labels": ["app": "x", "fairlead.dev/run": "ü\"\n"], "annotations": ["": "", "long": "\u{1F600} {[\"}]"],
            "finalizers": ["fairlead.dev/outcome"],
            "ownerReferences": [
                [
                    "apiVersion": "fairlead.dev/v1alpha1", "kind": "PipelineRun", "name": "r", "uid": "u-0",
                    "controller": true, "blockOwnerDeletion": false,
                ]
            ],
            "managedFields": [["manager": "m", "fieldsV1": ["f:status": ["f:}\"": [:]]]]],
        ],
        "spec": [
            "nodeName": "n", "terminationGracePeriodSeconds": 0, "tolerations": [], "hostNetwork": false,
            "containers": [["name": "main", "env": [["name": "A", "value": "]}\\"]], "x": 1.5e3]],
        ],
        "status": [
            "phase": "Failed", "reason": "Evicted", "message": "full", "startTime": "2026-01-02T03:04:05.678Z",
            "podIP": "10.0.0.1",
            "conditions": [
                [
                    "type": "Ready", "status": "False", "reason": "x", "message": "y",
                    "lastTransitionTime": "2026-01-02T03:04:05Z", "lastProbeTime": .null,
                ]
            ],
            "initContainerStatuses": [["name": "init", "state": ["waiting": ["reason": "r", "message": "m"]]]],
            "containerStatuses": [
                [
                    "name": "main", "image": "i", "imageID": "id", "ready": true, "started": false,
                    "restartCount": 2, "containerID": "c", "state": ["running": ["startedAt": "2026-01-02T03:04:05Z"]],
                    "lastState": [
                        "terminated": [
                            "exitCode": 137, "signal": 9, "reason": "OOMKilled", "message": "{}",
                            "startedAt": "2026-01-02T03:04:05Z", "finishedAt": "2026-01-02T03:04:07Z",
                        ]
                    ],
                ]
            ],
        ],
    ]

    @Test func everyMemberIsRead() throws {
        let view = try readDirectly(PodView.self, JSONWriter.bytes(Self.pod))
        #expect(view == (try KubernetesJSON.decode(PodView.self, from: Self.pod)))
        #expect(view.status.containerStatuses?.first?.lastState?.terminated?.signal == 9)
        #expect(view.metadata.controller?.uid == "u-0")
    }

    @Test(arguments: UInt64(1)...8) func whatIsReadIsWhatIsDecoded(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var read = 0
        for _ in 0..<400 {
            var pod = Self.pod
            for _ in 0..<Int.random(in: 0..<3, using: &generator) { spoil(&pod, &generator) }
            let bytes = Array(spelled(pod, &generator).utf8)
            let decoded = Result { try KubernetesJSON.decode(PodView.self, from: bytes) }
            let viaReader = Result { try KubernetesJSON.read(PodView.self, from: bytes) }
            switch (viaReader, decoded) {
            case (.success(let one), .success(let other)): #expect(one == other)
            case (.failure, .failure): break
            default: Issue.record("\(viaReader) and \(decoded)")
            }
            guard let view = try? readDirectly(PodView.self, bytes) else { continue }
            read += 1
            #expect(view == (try decoded.get()))
        }
        // Most of them must have taken the way that is tested here.
        #expect(read > 100)
    }

    /// The recordings lie beside the package; without them this is skipped.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: recordings.path), "no recordings here"))
    func podsOfARealServerAreReadDirectly() throws {
        var pods = 0
        let files = FileManager.default.enumerator(at: Self.recordings, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "jsonl" else { continue }
            let text = try String(contentsOf: file, encoding: .utf8).replacing("<time>", with: "2026-01-01T00:00:00Z")
            for line in text.utf8.split(separator: 0x0A) {
                for pod in podsAnswered(in: (try JSONParser.parse(Array(line)))["response"] ?? .null) {
                    pods += 1
                    let view = try readDirectly(PodView.self, JSONWriter.bytes(pod))
                    #expect(view == (try KubernetesJSON.decode(PodView.self, from: pod)))
                }
            }
        }
        #expect(pods > 50)
    }

    private static let recordings = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/kubernetes/exchanges")

    private func podsAnswered(in value: JSONValue) -> [JSONValue] {
        switch value {
        case .object(let members):
            if members["kind"] == "Pod", members["metadata"]?["uid"] != nil { return [value] }
            return members.values.flatMap(podsAnswered)
        case .array(let elements): return elements.flatMap(podsAnswered)
        default: return []
        }
    }

    @Test func whatHasNoEndIsRefused() {
        let bytes = JSONWriter.bytes(["type": "ADDED", "object": Self.pod])
        for length in 0..<bytes.count {
            #expect(throws: (any Error).self) {
                try readDirectly(WatchEvent<PodView>.self, Array(bytes.prefix(length)))
            }
        }
        #expect(throws: (any Error).self) { try readDirectly(WatchEvent<PodView>.self, bytes + [0x7D]) }
    }

    @Test func errorsNameTheField() throws {
        var pod = Self.pod
        pod[path: ["status", "containerStatuses"]] = [["name": "main", "restartCount": "two"]]
        let error = #expect(throws: DecodingError.self) {
            try KubernetesJSON.read(WatchEvent<PodView>.self, from: JSONWriter.bytes(["type": "ADDED", "object": pod]))
        }
        guard case .typeMismatch(_, let context) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(
            context.codingPath.map(\.stringValue)
                == ["object", "status", "containerStatuses", "0", "restartCount"])
    }

    @Test func lists() throws {
        let page: JSONValue = [
            "kind": "PodList", "metadata": ["resourceVersion": "7", "continue": "c"], "items": [Self.pod, Self.pod],
        ]
        let list = try readDirectly(ObjectList<PodView>.self, JSONWriter.bytes(page))
        #expect(list.items.count == 2 && list.metadata.continueToken == "c")
        let empty = try readDirectly(
            ObjectList<PodView>.self, Array(#"{"items":null,"metadata":{"resourceVersion":"7"}}"#.utf8))
        #expect(empty.items.isEmpty && empty.metadata.resourceVersion == "7")
    }

    @Test func objectsBeforeTheirTypeAreUnderstood() throws {
        let text = #"{"object":\#(JSONWriter.string(Self.pod)),"type":"DELETED"}"#
        guard case .deleted(let pod) = try KubernetesJSON.read(WatchEvent<PodView>.self, from: Array(text.utf8)) else {
            Issue.record("not a deletion")
            return
        }
        #expect(pod.metadata.name == "a")
    }

    /// Changes something somewhere: takes it away, or puts a value of any kind in its place.
    private func spoil(_ value: inout JSONValue, _ generator: inout SeededGenerator) {
        switch value {
        case .object(var members):
            guard let name = members.keys.sorted().randomElement(using: &generator), var member = members[name],
                Int.random(in: 0..<4, using: &generator) > 0
            else { break }
            spoil(&member, &generator)
            members[name] = member
            value = .object(members)
            return
        case .array(var elements) where !elements.isEmpty:
            let index = Int.random(in: 0..<elements.count, using: &generator)
            spoil(&elements[index], &generator)
            value = .array(elements)
            return
        default: break
        }
        value = generator.value(depth: 2)
    }

    /// A value as another encoder might write it: in any order, with white space, escapes, and members that come twice.
    private func spelled(_ value: JSONValue, _ generator: inout SeededGenerator) -> String {
        let space = [" ", "\n", "\t", "", "", ""].randomElement(using: &generator) ?? ""
        switch value {
        case .object(let members):
            var parts: [String] = []
            for (name, member) in members.sorted(by: { $0.key < $1.key }).shuffled(using: &generator) {
                if Int.random(in: 0..<100, using: &generator) == 0 {
                    let first = Bool.random(using: &generator) ? member : generator.value(depth: 1)
                    parts.append("\(escaped(name, &generator)):\(JSONWriter.string(first))")
                }
                parts.append("\(escaped(name, &generator))\(space):\(space)\(spelled(member, &generator))")
            }
            return "{\(space)\(parts.joined(separator: ",\(space)"))}"
        case .array(let elements):
            let parts = elements.map { spelled($0, &generator) }
            return "[\(space)\(parts.joined(separator: "\(space),"))\(space)]"
        case .string(let text): return escaped(text, &generator)
        default: return JSONWriter.string(value)
        }
    }

    private func escaped(_ text: String, _ generator: inout SeededGenerator) -> String {
        guard Int.random(in: 0..<10, using: &generator) == 0 else { return JSONWriter.string(.string(text)) }
        let units = text.utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return "\"\(units.joined())\""
    }
}
