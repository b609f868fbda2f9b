import Foundation
import KubernetesCore
import Testing

@testable import LocalAPIServer

/// Tables as a real API server made them.
@Suite(.enabled(if: SchemaRecordings.areAvailable, "the recorded exchanges are not beside the package"))
struct TableRecordedTests {
    /// A recorded table and what is known of its kind.
    private struct Recorded {
        var place: String
        var type: ResourceType
        var columns: JSONValue?
        var table: JSONValue
    }

    /// Every recorded table of a kind that we know, with the CustomResourceDefinition's columns.
    private func recorded() throws -> [Recorded] {
        let plurals = [
            "pods": "Pod", "namespaces": "Namespace", "configmaps": "ConfigMap", "replicasets": "ReplicaSet",
            "services": "Service", "daemonsets": "DaemonSet", "deployments": "Deployment",
            "statefulsets": "StatefulSet", "cronjobs": "CronJob", "jobs": "Job", "events": "Event",
            "replicationcontrollers": "ReplicationController", "pipelines": "Pipeline",
            "pipelineruns": "PipelineRun", "customresourcedefinitions": "CustomResourceDefinition",
        ]
        var found: [Recorded] = []
        for scenario in SchemaRecordings.scenarios {
            for step in SchemaRecordings.steps(scenario) {
                let events = (step.value["response"]?["events"]?.arrayValue ?? [])
                    .filter { $0["type"] != "BOOKMARK" }.compactMap { $0["object"] }
                let tables = ([step.answer] + events).filter { $0["kind"] == "Table" }
                guard !tables.isEmpty else { continue }
                var segments = step.path.split(separator: "?")[0].split(separator: "/").map(String.init)
                let version = segments[0] == "api" ? segments[1] : "\(segments[1])/\(segments[2])"
                segments.removeFirst(segments[0] == "api" ? 2 : 3)
                if segments.count > 2, segments[0] == "namespaces" { segments.removeFirst(2) }
                guard let plural = segments.first, let kind = plurals[plural] else { continue }
                let gvk = GroupVersionKind(apiVersion: version, kind: kind)
                let type = ResourceType(group: gvk.group, version: gvk.version, kind: kind, plural: plural)
                let columns =
                    try plural.hasPrefix("pipeline")
                    ? SchemaRecordings.definition(plural)["spec"]?["versions"]?[0]?["additionalPrinterColumns"] : nil
                for table in tables {
                    found.append(
                        Recorded(place: "\(scenario) \(step.number)", type: type, columns: columns, table: table))
                }
            }
        }
        return found
    }

    @Test func columns() throws {
        var kinds: Set<String> = []
        for recorded in try recorded() {
            guard let definitions = recorded.table["columnDefinitions"]?.arrayValue else { continue }
            let own = TableRenderer.table(
                for: recorded.type, columns: recorded.columns, objects: [], listMetadata: .object([:]), now: now)
            let plain: (JSONValue) -> JSONValue = { column in
                var column = column
                // Descriptions are our own words, but where a CustomResourceDefinition says them.
                if recorded.columns == nil || column["name"] == "Name" { column["description"] = nil }
                return column
            }
            #expect(
                (own["columnDefinitions"]?.arrayValue ?? []).map(plain) == definitions.map(plain),
                "\(recorded.place) \(recorded.type)")
            kinds.insert(recorded.type.gvk.kind)
        }
        #expect(kinds.count >= 12)
    }

    /// Rows that carry their whole object, made again from it.
    @Test func cells() throws {
        var count = 0
        for recorded in try recorded() {
            for row in recorded.table["rows"]?.arrayValue ?? [] {
                guard let object = row["object"], object["kind"]?.stringValue == recorded.type.gvk.kind else {
                    continue
                }
                let own = TableRenderer.table(
                    for: recorded.type, columns: recorded.columns, objects: [object], listMetadata: nil,
                    includeObject: .object, now: now)
                let cells = (own["rows"]?[0]?["cells"]?.arrayValue ?? []).map { $0 == "7s" ? "<age>" : $0 }
                let expected = row["cells"]?.arrayValue ?? []
                for (cell, wanted) in zip(cells, expected) where wanted != "<age>" || cell == "<age>" {
                    #expect(cell == wanted, "\(recorded.place)")
                }
                #expect(cells.count == expected.count, "\(recorded.place)")
                count += 1
            }
        }
        #expect(count >= 3)
    }

    private var now: Time { Time("2026-01-01T00:00:07Z") ?? Time(.distantPast) }
}

/// What tables show of pods, and lengths of time, by rules that no recording reaches.
struct TableTests {
    private func pod(_ status: JSONValue, spec: JSONValue = [:], deleted: Bool = false) -> JSONValue {
        var spec = spec
        if spec["containers"] == nil { spec["containers"] = [["name": "a"]] }
        var metadata: JSONValue = ["name": "p"]
        if deleted { metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z" }
        return ["metadata": metadata, "spec": spec, "status": status]
    }

    @Test func podReasons() {
        let waiting: JSONValue = ["name": "a", "state": ["waiting": ["reason": "ImagePullBackOff"]]]
        #expect(PodRow(pod(["phase": "Pending", "containerStatuses": [waiting]])).reason == "ImagePullBackOff")
        let failed: JSONValue = ["name": "a", "state": ["terminated": ["exitCode": 3, "reason": "Error"]]]
        #expect(PodRow(pod(["phase": "Failed", "containerStatuses": [failed]])).reason == "Error")
        let killed: JSONValue = ["name": "a", "state": ["terminated": ["exitCode": 137, "signal": 9]]]
        #expect(PodRow(pod(["phase": "Failed", "containerStatuses": [killed]])).reason == "Signal:9")
        #expect(PodRow(pod(["phase": "Failed", "reason": "Evicted"])).reason == "Evicted")
        #expect(PodRow(pod(["phase": "Running"], deleted: true)).reason == "Terminating")
        #expect(PodRow(pod(["phase": "Succeeded"], deleted: true)).reason == "Succeeded")
    }

    @Test func initContainers() {
        let spec: JSONValue = [
            "containers": [["name": "a"]],
            "initContainers": [["name": "i"], ["name": "s", "restartPolicy": "Always"]],
        ]
        let done: JSONValue = ["name": "i", "state": ["terminated": ["exitCode": 0]]]
        let sidecar: JSONValue = [
            "name": "s", "started": true, "ready": true, "state": ["running": [:]], "restartCount": 2,
        ]
        let running: JSONValue = ["name": "i", "state": ["running": [:]]]
        #expect(PodRow(pod(["phase": "Pending", "initContainerStatuses": [running]], spec: spec)).reason == "Init:0/2")
        let main: JSONValue = ["name": "a", "ready": true, "state": ["running": [:]], "restartCount": 1]
        let row = PodRow(
            pod(
                ["phase": "Running", "initContainerStatuses": [done, sidecar], "containerStatuses": [main]],
                spec: spec))
        #expect(row.reason == "Running")
        #expect(row.readiness == "2/2")
        #expect(row.restartText(now: Time(.distantPast)) == "3")
        let broken: JSONValue = ["name": "i", "state": ["terminated": ["exitCode": 2]]]
        let failed = PodRow(pod(["phase": "Pending", "initContainerStatuses": [broken]], spec: spec))
        #expect(failed.reason == "Init:ExitCode:2")
    }

    @Test(arguments: [
        (-2, "<invalid>"), (-1, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (123, "2m3s"), (599, "9m59s"),
        (600, "10m"), (10_799, "179m"), (10_800, "3h"), (11_000, "3h3m"), (28_800, "8h"), (172_799, "47h"),
        (172_800, "2d"), (176_400, "2d1h"), (691_200, "8d"), (63_071_999, "729d"), (63_072_000, "2y"),
        (63_158_400, "2y1d"), (252_288_000, "8y"),
    ])
    func durations(seconds: Int64, text: String) {
        #expect(HumanDuration.text(seconds: seconds) == text)
    }

    @Test func paths() {
        let object: JSONValue = [
            "a": ["b.c": 1, "list": [["type": "x", "v": 1], ["type": "y", "v": 2]]], "empty": [],
        ]
        let cases: [(String, [JSONValue])] = [
            (".a.list[*].v", [1, 2]), (".a.list[-1].v", [2]), (".a.list[?(@.type==\"y\")].v", [2]),
            (".a.list[?(@.v>1)].type", ["y"]), ("{.a['b.c']}", [1]), (".a.b\\.c", [1]), (".nope.x", []),
            (".empty[0]", []), ("$.a.list[0].type", ["x"]),
        ]
        for (path, values) in cases { #expect(JSONPath(path)?.values(in: object) == values, "\(path)") }
        for path in [".a[", "a", ".a[?(x)]", ".a..b"] { #expect(JSONPath(path) == nil, "\(path)") }
    }
}
