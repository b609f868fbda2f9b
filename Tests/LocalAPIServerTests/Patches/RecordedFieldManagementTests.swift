import KubernetesCore
import Testing

@testable import LocalAPIServer

/// Ownership as a real API server recorded it, step by step.
///
/// Skipped where the recordings are absent.
@Suite(.enabled(if: RecordedExchange.areAvailable))
struct RecordedFieldManagementTests {
    @Test(arguments: [
        "apply/after-update", "apply/configmap", "apply/dry-run-and-wire", "apply/pipeline", "apply/status",
        "patch/json-patch-pipeline", "patch/merge-patch", "patch/content-types", "patch/strategic-merge",
    ])
    func replay(_ scenario: String) throws {
        var objects: [String: JSONValue] = [:]
        var compared = 0
        for exchange in try RecordedExchange.scenario(scenario) {
            let path = exchange.method == "POST" ? createdPath(exchange) : exchange.objectPath
            if try compare(exchange, live: objects[path], in: scenario) { compared += 1 }
            let isStored = exchange.query["dryRun"] == nil && (200...201).contains(exchange.status)
            if isStored, exchange.response["metadata"]?["uid"] != nil { objects[path] = exchange.response }
        }
        #expect(compared > 1)
    }

    /// What the creator of an object owns, for every kind that was ever created in the recordings.
    @Test func ownersOfCreatedObjects() throws {
        var kinds: Set<String> = []
        for scenario in try RecordedExchange.scenarios() {
            for exchange in try RecordedExchange.scenario(scenario)
            where exchange.method == "POST" && exchange.status == 201 && exchange.subresource == nil {
                let created = exchange.response
                guard let entries = created["metadata"]?["managedFields"]?.arrayValue, entries.count == 1,
                    let apiVersion = created["apiVersion"]?.stringValue, let kind = created["kind"]?.stringValue,
                    entries[0]["subresource"] == nil, kind != "PartialObjectMetadata",
                    exchange.path.hasSuffix("s") || exchange.path.hasSuffix("definitions")
                else { continue }
                let isOwnKind = apiVersion.hasPrefix("fairlead.dev") && ["Pipeline", "PipelineRun"].contains(kind)
                guard isOwnKind || !apiVersion.hasPrefix("fairlead.dev") else { continue }
                if apiVersion.hasPrefix("auth") { continue }
                var object = created
                object["metadata"]?["managedFields"] = nil
                removeAdmitted(&object, request: exchange.body ?? .null)
                let tracked = FieldManagement.trackUpdate(
                    old: nil, new: object, manager: exchange.manager, apiVersion: apiVersion,
                    schema: try RecordedExchange.schema(apiVersion: apiVersion, kind: kind),
                    now: try #require(Time("2025-01-01T00:00:00Z")), resetFields: resetFields(created, nil))
                #expect(owners(tracked) == owners(created), "\(scenario) step \(exchange.step)")
                kinds.insert(kind)
            }
        }
        #expect(kinds.count > 5, "\(kinds)")
    }

    private func compare(_ exchange: RecordedExchange, live: JSONValue?, in scenario: String) throws -> Bool {
        let place: Comment = "\(scenario) step \(exchange.step) (\(exchange.about))"
        guard let body = exchange.body else { return false }
        // JSON read as YAML folds some white space, which is not ours to do.
        if exchange.about == "unicode" { return false }
        let kindSource = live ?? exchange.response
        guard exchange.method != "GET", let apiVersion = kindSource["apiVersion"]?.stringValue,
            let kind = (live ?? body)["kind"]?.stringValue
        else { return false }
        let typeVersion = live == nil ? body["apiVersion"]?.stringValue ?? apiVersion : apiVersion
        let schema = try RecordedExchange.schema(apiVersion: typeVersion, kind: kind)
        guard let now = Time("2025-01-01T00:00:00Z") else { return false }
        let isApply = exchange.contentType == PatchType.apply.rawValue
        let message = exchange.response["message"]?.stringValue ?? ""
        let isExpectedFailure =
            message.hasPrefix("Apply failed") || message.hasPrefix("failed to create typed")
            || message.contains("managedFields must be nil")
        if isApply {
            guard case .object = body, (200...201).contains(exchange.status) || isExpectedFailure else { return false }
            let reset = resetFields(live ?? body, exchange.subresource)
            do {
                var result = try FieldManagement.apply(
                    applied: body, to: live, manager: exchange.manager, force: exchange.query["force"] == "true",
                    subresource: exchange.subresource, apiVersion: typeVersion, schema: schema, now: now,
                    resetFields: reset)
                #expect((200...201).contains(exchange.status), place)
                setBack(&result, to: live, subresource: exchange.subresource)
                schema.applyDefaults(&result)
                expectEqual(result, exchange.response, place)
            } catch let conflicts as FieldConflicts {
                #expect(
                    text(try KubernetesJSON.value(of: conflicts.status)) == text(withoutList(exchange.response)), place)
            } catch let error as FieldManagementError {
                #expect(text(try KubernetesJSON.value(of: error.status)) == text(withoutList(exchange.response)), place)
            }
            return true
        }
        return try compareUpdate(
            exchange, body: body, live: live, schema: schema, apiVersion: typeVersion, now: now, place: place)
    }

    private func compareUpdate(
        _ exchange: RecordedExchange, body: JSONValue, live: JSONValue?, schema: ObjectSchema, apiVersion: String,
        now: Time, place: Comment
    ) throws -> Bool {
        var new: JSONValue
        if exchange.method == "PATCH" {
            guard let live else { return false }
            do throws(PatchError) {
                switch PatchType(rawValue: exchange.contentType) {
                case .json: new = try JSONPatch.apply(body, to: live)
                case .merge: new = try MergePatch.applyRequest(body, to: live)
                case .strategicMerge: new = try StrategicMergePatch.apply(body, to: live, schema: schema)
                default: return false
                }
            } catch {
                #expect(text(try KubernetesJSON.value(of: error.status)) == text(withoutList(exchange.response)), place)
                return true
            }
        } else {
            guard case .object = body else { return false }
            new = body
        }
        guard (200...201).contains(exchange.status) else { return false }
        if live == nil || exchange.response["kind"] == "Pod" {
            // Defaults of built-in kinds are not made here.
            new = exchange.response
            new["metadata"]?["managedFields"] = nil
        }
        if live == nil {
            let tracked = track(
                exchange, old: nil, new: new, schema: schema, apiVersion: apiVersion, now: now)
            #expect(owners(tracked) == owners(exchange.response), place)
            return true
        }
        setBack(&new, to: live, subresource: exchange.subresource)
        if new["kind"] != "Pod" { schema.applyDefaults(&new) }
        let tracked = track(exchange, old: live, new: new, schema: schema, apiVersion: apiVersion, now: now)
        expectEqual(tracked, exchange.response, place)
        return true
    }

    private func track(
        _ exchange: RecordedExchange, old: JSONValue?, new: JSONValue, schema: ObjectSchema, apiVersion: String,
        now: Time
    ) -> JSONValue {
        var new = new
        if old == nil { removeAdmitted(&new, request: exchange.body ?? .null) }
        return FieldManagement.trackUpdate(
            old: old, new: new, manager: exchange.manager, subresource: exchange.subresource, apiVersion: apiVersion,
            schema: schema, now: now, resetFields: resetFields(exchange.response, exchange.subresource))
    }

    private func expectEqual(_ result: JSONValue, _ recorded: JSONValue, _ place: Comment) {
        // Controllers wrote between the steps of deployments.
        let isWatched = recorded["kind"] == "Deployment"
        for part in ["data", "spec"] {
            #expect(text(typed(result[part])) == text(typed(recorded[part])), place)
        }
        if !isWatched { #expect(text(typed(result["status"])) == text(typed(recorded["status"])), place) }
        for part in ["labels", "finalizers"] {
            #expect(text(result["metadata"]?[part]) == text(recorded["metadata"]?[part]), place)
        }
        #expect(owners(result, isWatched: isWatched) == owners(recorded, isWatched: isWatched), place)
    }

    private func text(_ value: JSONValue?) -> String { value.map(JSONWriter.string) ?? "" }

    /// What a typed server keeps: no empty maps of data; elements added by a patch get defaults that are not ours.
    private func typed(_ value: JSONValue?) -> JSONValue? {
        switch value {
        case .object(let members)?:
            var result: [String: JSONValue] = [:]
            for (name, member) in members where !Self.containerDefaults.contains(name) { result[name] = typed(member) }
            return result.isEmpty ? Optional.none : .object(result)
        case .array(let elements)?: return .array(elements.map { typed($0) ?? .null })
        default: return value
        }
    }

    private static let containerDefaults: Set<String> = [
        "resources", "terminationMessagePath", "terminationMessagePolicy", "imagePullPolicy", "observedGeneration",
    ]

    /// What an endpoint sets back, as the real server's strategies do.
    private func setBack(_ object: inout JSONValue, to live: JSONValue?, subresource: String?) {
        if subresource == "status" {
            object["spec"] = live?["spec"]
            guard object["kind"] != "Pod", let entries = object["metadata"]?["managedFields"] else { return }
            object["metadata"] = live?["metadata"]
            object["metadata"]?["managedFields"] = entries
        } else if object["kind"] != "ConfigMap" {
            if live == nil, object["kind"] == "Deployment" { return }
            object["status"] = live?["status"]
        }
    }

    private func resetFields(_ object: JSONValue, _ subresource: String?) -> [[String]] {
        guard object["kind"] != "ConfigMap" else { return [] }
        if subresource == nil { return [["status"]] }
        if object["kind"] == "Pod" { return [["spec"], ["metadata", "deletionTimestamp"]] }
        return [["spec"], ["metadata"]]
    }

    private func createdPath(_ exchange: RecordedExchange) -> String {
        "\(exchange.path)/\(exchange.response["metadata"]?["name"]?.stringValue ?? "")"
    }

    /// The entries with whether they have a time, in an order that does not depend on it.
    private func owners(_ object: JSONValue, isWatched: Bool = false) -> [String] {
        var entries = object["metadata"]?["managedFields"]?.arrayValue ?? []
        if isWatched { entries = entries.filter { $0["manager"] == "recorder" }.map(withoutContainerDefaults) }
        for index in entries.indices where entries[index]["time"] != nil { entries[index]["time"] = "<time>" }
        return entries.map(JSONWriter.string).sorted()
    }

    /// Elements that a patch adds to a built-in kind get defaults, which are made elsewhere.
    private func withoutContainerDefaults(_ entry: JSONValue) -> JSONValue {
        guard case .object(let members) = entry else { return entry }
        var result: [String: JSONValue] = [:]
        for (name, member) in members where !Self.containerDefaults.contains(String(name.dropFirst(2))) {
            result[name] = withoutContainerDefaults(member)
        }
        return .object(result)
    }

    /// Takes away what admission and allocation add after the creator's fields are counted.
    private func removeAdmitted(_ object: inout JSONValue, request: JSONValue) {
        if object["apiVersion"] != "v1" { return }
        let added = [
            "volumes", "serviceAccount", "serviceAccountName", "tolerations", "priority", "preemptionPolicy",
            "finalizers", "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy",
        ]
        for name in added where request["spec"]?[name] == nil { object["spec"]?[name] = nil }
        guard object["kind"] == "Pod" else { return }
        var containers = object["spec"]?["containers"]?.arrayValue ?? []
        for index in containers.indices where request["spec"]?["containers"]?[index]?["volumeMounts"] == nil {
            containers[index]["volumeMounts"] = nil
        }
        object["spec"]?["containers"] = .array(containers)
    }

    private func withoutList(_ status: JSONValue) -> JSONValue {
        var status = status
        for member in ["kind", "apiVersion", "metadata"] { status[member] = nil }
        return status
    }
}
