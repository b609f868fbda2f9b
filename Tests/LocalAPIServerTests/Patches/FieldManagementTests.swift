import Foundation
import KubernetesCore
import Testing

@testable import LocalAPIServer

/// What must hold of ownership for any sequence of writes.
struct FieldManagementTests {
    static let schema = ObjectSchema(openAPI: [
        "type": "object",
        "properties": [
            "spec": [
                "type": "object",
                "properties": [
                    "size": ["type": "integer"],
                    "tags": ["type": "array", "x-kubernetes-list-type": "set", "items": ["type": "string"]],
                    "steps": ["type": "array", "items": ["type": "integer"]],
                    "whole": [
                        "type": "object", "x-kubernetes-map-type": "atomic",
                        "additionalProperties": ["type": "integer"],
                    ],
                    "free": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
                    "tasks": [
                        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                        "items": [
                            "type": "object",
                            "properties": [
                                "name": ["type": "string"], "image": ["type": "string"],
                                "labels": ["type": "object", "additionalProperties": ["type": "string"]],
                            ],
                        ],
                    ],
                ],
            ]
        ],
    ])

    private func time(_ second: Int) -> Time {
        Time(Date(timeIntervalSince1970: TimeInterval(second)))
    }

    private func apply(
        _ configuration: JSONValue, to live: JSONValue?, by manager: String, force: Bool = true, at second: Int = 0
    ) throws -> JSONValue {
        try FieldManagement.apply(
            applied: configuration, to: live, manager: manager, force: force, apiVersion: "test/v1",
            schema: Self.schema, now: time(second))
    }

    private func entries(_ object: JSONValue) throws -> [ManagedFieldsEntry] {
        try #require(ManagedFieldsEntry.entries(object["metadata"]?["managedFields"]))
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func sequencesOfWrites(seed: UInt64) throws {
        var generator = PatchGenerator(seed: seed)
        var live = try apply(generator.configuration(), to: nil, by: "alice")
        live["metadata"]?["uid"] = "1"
        for second in 1..<15 {
            let manager = ["alice", "bob"].randomElement(using: &generator) ?? ""
            let configuration = generator.configuration()
            let before = live
            if Bool.random(using: &generator) {
                live = try apply(configuration, to: live, by: manager, at: second)
                try expectApplied(configuration, in: live, by: manager, seed: seed)
                // Again, with the same intent: nothing changes, no conflict, not even the time.
                let again = try apply(configuration, to: live, by: manager, force: false, at: second + 1)
                #expect(JSONWriter.string(again) == JSONWriter.string(live), "seed \(seed)")
            } else {
                live = update(live, to: configuration, by: manager, at: second)
                #expect(update(live, to: configuration, by: "carol", at: second) == live, "seed \(seed)")
            }
            try expectSound(live, after: before, seed: seed)
        }
    }

    private func update(_ live: JSONValue, to configuration: JSONValue, by manager: String, at second: Int) -> JSONValue
    {
        var new = live
        new["spec"] = configuration["spec"]
        return FieldManagement.trackUpdate(
            old: live, new: new, manager: manager, apiVersion: "test/v1", schema: Self.schema, now: time(second))
    }

    /// What was applied is there, and its manager owns it.
    private func expectApplied(_ configuration: JSONValue, in live: JSONValue, by manager: String, seed: UInt64) throws
    {
        let type = FieldType(root: Self.schema)
        let wanted = FieldSet(applied: configuration, type: type).subtracting(FieldManagement.unowned)
        let own = try entries(live).first { $0.manager == manager && $0.operation == .apply }
        #expect(own?.fields ?? .empty == wanted, "seed \(seed)")
    }

    /// Every owned field exists, entries are in order, and none is empty.
    private func expectSound(_ live: JSONValue, after before: JSONValue, seed: UInt64) throws {
        let entries = try entries(live)
        #expect(entries == entries.sorted(by: ManagedFieldsEntry.isOrdered), "seed \(seed)")
        #expect(Set(entries.map(\.identity)).count == entries.count, "seed \(seed)")
        let whole = FieldSet.below(FieldSet.whole(live, FieldType(root: Self.schema)))
        for entry in entries {
            #expect(!entry.fields.isEmpty, "seed \(seed)")
            #expect(entry.fields.subtracting(whole).isEmpty, "seed \(seed): \(entry.fields.subtracting(whole).paths)")
            #expect(ManagedFieldsEntry(entry.json) == entry, "seed \(seed)")
        }
    }

    @Test func conflictsNameEveryFieldByManager() throws {
        let first: JSONValue = [
            "apiVersion": "test/v1", "kind": "Test", "spec": ["size": 1, "tasks": [["name": "a", "image": "i"]]],
        ]
        var live = try apply(first, to: nil, by: "alice")
        live["metadata"]?["uid"] = "1"
        live = try apply(
            ["apiVersion": "test/v1", "kind": "Test", "spec": ["steps": [1]]], to: live, by: "bob")
        let error = #expect(throws: FieldConflicts.self) {
            try apply(
                [
                    "apiVersion": "test/v1", "kind": "Test",
                    "spec": ["size": 2, "steps": [2], "tasks": [["name": "a", "image": "j"]]],
                ], to: live, by: "carol", force: false)
        }
        #expect(
            error?.message == """
                Apply failed with 3 conflicts: conflicts with "alice":
                - .spec.size
                - .spec.tasks[name="a"].image
                conflicts with "bob":
                - .spec.steps
                """)
        #expect(error?.status.details?.causes?.count == 3)
    }

    @Test func manyUpdatersAreMergedIntoOne() throws {
        var live: JSONValue = ["apiVersion": "test/v1", "kind": "Test", "metadata": ["uid": "1"], "spec": ["size": 0]]
        live = FieldManagement.trackUpdate(
            old: nil, new: live, manager: "m0", apiVersion: "test/v1", schema: Self.schema, now: time(0))
        for index in 1..<15 {
            var new = live
            new["spec"]?["free"] = ["f\(index)": 1].merging(live["spec"]?["free"]?.objectValue ?? [:]) { $1 }.json
            live = FieldManagement.trackUpdate(
                old: live, new: new, manager: "m\(index)", apiVersion: "test/v1", schema: Self.schema, now: time(index))
        }
        let entries = try entries(live)
        #expect(entries.count == 10)
        let merged = try #require(entries.first { $0.manager == "ancient-changes" })
        #expect(merged.fields.paths.count == 8, "\(merged.fields.paths)")
    }

    @Test func kubectlTakesOverWhatItAppliedBefore() throws {
        let configuration: JSONValue = ["apiVersion": "test/v1", "kind": "Test", "spec": ["size": 1]]
        var live = configuration
        live["metadata"] = [
            "uid": "1",
            "annotations": [
                "kubectl.kubernetes.io/last-applied-configuration": .string(JSONWriter.string(configuration))
            ],
        ]
        live = FieldManagement.trackUpdate(
            old: nil, new: live, manager: "kubectl-client-side-apply", apiVersion: "test/v1", schema: Self.schema,
            now: time(0))
        let changed: JSONValue = ["apiVersion": "test/v1", "kind": "Test", "spec": ["size": 2]]
        #expect(throws: FieldConflicts.self) { try apply(changed, to: live, by: "other", force: false) }
        #expect(try apply(changed, to: live, by: "kubectl", force: false)["spec"] == ["size": 2])
    }
}

extension [String: JSONValue] {
    fileprivate var json: JSONValue { .object(self) }
}
