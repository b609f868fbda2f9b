import Foundation
import KubernetesCore
import LocalAPIServer
import Synchronization

/// Walks a recorded scenario against a server of its own.
final class RecordedReplayer {
    private let scenario: RecordedScenario
    private let server: LocalAPIServer
    private var comparison = RecordedComparison()
    private var watches: [Int: RunningWatch] = [:]
    private var report: [String] = []
    private static let token = "the-admins-token"

    private struct RunningWatch {
        var step: RecordedScenario.Step
        var log: WatchLog
        var task: Task<Void, Never>
    }

    private init(_ scenario: RecordedScenario, _ server: LocalAPIServer) {
        self.scenario = scenario
        self.server = server
    }

    /// What went otherwise than recorded, where it must not.
    static func replay(_ scenario: RecordedScenario, isVerbose: Bool = false) async throws -> [String] {
        let admin = ServerUser(
            name: "admin-token", uid: "admin-token", groups: ["system:masters", "system:authenticated"])
        let configuration = LocalAPIServer.Configuration(
            tokens: [token: admin], authorization: .rbac, certificateAuthority: "CA\n")
        let server = try await LocalAPIServer(configuration: configuration)
        return try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            let replayer = RecordedReplayer(scenario, server)
            try await replayer.prepare()
            try await replayer.walk(isVerbose: isVerbose)
            return replayer.report
        }
    }

    // MARK: Preparation

    private func prepare() async throws {
        guard let folder = RecordedScenario.folder else { return }
        if scenario.given.contains(where: { $0.contains("CRDs") }) {
            for name in ["pipelines", "pipelineruns"] {
                let text = try String(contentsOf: folder.appending(path: "crds/\(name).yaml"), encoding: .utf8)
                try await send(
                    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Array(text.utf8), "application/yaml")
            }
        }
        for text in scenario.given {
            guard let match = text.firstMatch(of: /^namespace ([a-z0-9-]+) (?:exists|with)/) else { continue }
            let body = JSONWriter.bytes(["metadata": ["name": .string(String(match.output.1))]])
            try await send("/api/v1/namespaces", body, "application/json")
        }
        if scenario.given.contains(where: { $0.contains("ConfigMaps and Pipelines c0..c2") }) {
            try await makePairs(0...2)
        }
    }

    /// Makes what the recorder made before one of its scenarios, and within it, without recording that.
    private func makePairs(_ numbers: ClosedRange<Int>) async throws {
        let pipelines = "/apis/fairlead.dev/v1alpha1/namespaces/watch-gone/pipelines"
        for number in numbers {
            let metadata: JSONValue = ["name": .string("c\(number)")]
            try await send(
                "/api/v1/namespaces/watch-gone/configmaps", JSONWriter.bytes(["metadata": metadata]),
                "application/json")
            let pipeline: JSONValue = [
                "apiVersion": "fairlead.dev/v1alpha1", "kind": "Pipeline", "metadata": metadata,
                "spec": ["tasks": [["name": "train", "image": "busybox"]]],
            ]
            try await send(pipelines, JSONWriter.bytes(pipeline), "application/json")
        }
    }

    private func send(_ path: String, _ body: [UInt8], _ type: String) async throws {
        let request = APIRequest(
            method: .post, path: path, headers: ["content-type": type, "user-agent": "recorder/1.0"], body: body)
        guard case .whole(let response) = await server.respond(to: request, user: .admin), response.status == 201
        else { throw CocoaError(.featureUnsupported) }
    }

    /// Whether kubectl spoke, whose proxy gave it the admin's token.
    private var isOfKubectl: Bool { scenario.name.hasPrefix("kubectl/") }

    // MARK: Steps

    private func walk(isVerbose: Bool) async throws {
        for step in scenario.steps {
            for (number, watch) in watches where !step.during.contains(number) { await finish(watch, isVerbose) }
            for about in step.actionsBefore {
                if about.contains("c3, c4 are created") { try await makePairs(3...4) }
                if about.contains("restarted") { server.compact() }
            }
            if isOfKubectl, step.isOfDiscovery || step.status == 304 { continue }
            if step.events != nil {
                try await begin(step)
            } else {
                await exchange(step, isVerbose)
            }
        }
        for watch in watches.values { await finish(watch, isVerbose) }
        // The versions between which the controllers of the recorded cluster wrote are others.
        if isOfKubectl { return }
        let order = scenario.ascendingVersions.compactMap { comparison.bindings[$0].flatMap { Int64($0) } }
        if order != order.sorted() { report.append("resourceVersions are not in the recorded order: \(order)") }
    }

    private func exchange(_ step: RecordedScenario.Step, _ isVerbose: Bool) async {
        if step.status == 201, step.path.hasSuffix("/customresourcedefinitions") { await removeDefinition(of: step) }
        let deadline = ContinuousClock.now + .seconds(15)
        while true {
            let before = comparison
            let request = await request(of: step)
            guard let request else { return }
            let response = await server.respond(to: request)
            compare(step, response)
            let found = comparison.takeDifferences()
            let isWrong = found.contains { !$0.isTolerated }
            // What controllers do takes its time: ask again, as the recorder did.
            if isWrong, step.method == "GET", !isOfKubectl, ContinuousClock.now < deadline {
                comparison = before
                try? await Task.sleep(for: .milliseconds(50))
                continue
            }
            note(found, step, isVerbose)
            return
        }
    }

    /// The recorder deleted definitions between its steps without recording that.
    private func removeDefinition(of step: RecordedScenario.Step) async {
        guard let name = step.body?["metadata"]?["name"]?.stringValue else { return }
        let path = "\(step.path)/\(name)"
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            let answer = await server.respond(to: APIRequest(method: .delete, path: path), user: .admin)
            if case .whole(let response) = answer, response.status == 404 { return }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    private func note(_ found: [RecordedComparison.Difference], _ step: RecordedScenario.Step, _ isVerbose: Bool) {
        let wrong = found.filter { isVerbose || !$0.isTolerated }
        for difference in wrong.prefix(4) {
            let mark = difference.isTolerated ? "(tolerated) " : ""
            report.append("\(mark)step \(step.number) (\(step.about.prefix(60))) \(difference)")
        }
    }

    private func request(of step: RecordedScenario.Step) async -> APIRequest? {
        guard let method = APIRequest.Method(rawValue: step.method) else { return nil }
        let target = comparison.filled(step.path, encoded: true)
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(parts.first ?? "")
        var query: [APIRequest.QueryItem] = []
        for part in (parts.count == 2 ? parts[1] : "").split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = PercentEncoding.decode(pair.first ?? "", plusIsSpace: true) ?? ""
            query.append(.init(name, PercentEncoding.decode(pair.count == 2 ? pair[1] : "", plusIsSpace: true) ?? ""))
        }
        var headers = isOfKubectl ? ["authorization": "Bearer \(Self.token)"] : [:]
        // The recordings of kubectl leave these headers out.
        for argument in step.arguments where argument.hasPrefix("--as=") {
            headers["impersonate-user"] = String(argument.dropFirst("--as=".count))
        }
        for (name, value) in step.headers {
            var text = comparison.filled(value).replacing("<token>", with: Self.token)
            // The recorder wrote its scheme before credentials that had one of their own.
            if name == "Authorization", text.wholeMatch(of: /Bearer (?:Basic|[Bb]earer)\b.*/) != nil {
                text = String(text.dropFirst("Bearer ".count))
            }
            headers[name.lowercased()] = text
        }
        var body: [UInt8]?
        switch step.body {
        case nil: body = nil
        case .string(let text): body = Array(comparison.filled(Self.repeated(text)).utf8)
        case .some(let value): body = Array(Self.text(await sent(value, path)).utf8)
        }
        return APIRequest(method: method, path: path, query: query, headers: headers, body: body)
    }

    private static func repeated(_ text: String) -> String {
        text.replacing(/<(.+) repeated (\d+) times>/) { match in
            String(repeating: String(match.output.1), count: Int(match.output.2) ?? 0)
        }
    }

    /// A body with what its placeholders stand for; those without number are taken from the live object.
    private func sent(_ value: JSONValue, _ path: String) async -> JSONValue {
        let plain = path.replacing(/\/(status|scale)$/, with: "")
        var live: JSONValue?
        if case .whole(let response) = await server.respond(to: APIRequest(path: plain), user: .admin),
            response.status == 200
        {
            live = try? JSONParser.parse(response.body)
        }
        var value = substituted(value, live) ?? .null
        if let fields = value["metadata"]?["managedFields"], fields != [], fields != [[:]], let live {
            value[path: ["metadata", "managedFields"]] = live["metadata"]?["managedFields"]
        }
        return value
    }

    private func substituted(_ value: JSONValue, _ live: JSONValue?) -> JSONValue? {
        switch value {
        case .object(let members):
            var result: [String: JSONValue] = [:]
            for (name, member) in members { result[name] = substituted(member, live?[name]) }
            return .object(result)
        case .array(let elements):
            // The live object has no token volume, so that a copy of it has none either.
            let kept = elements.filter { !RecordedComparison.isAccessVolume($0) }
            if kept.isEmpty, !elements.isEmpty { return nil }
            return .array(kept.enumerated().compactMap { substituted($0.element, live?[$0.offset]) })
        case .string("<ip>"): return live ?? .string(RecordedComparison.address)
        case .string("<time>"), .string("<nodeport>"): return live
        case .string(let text): return .string(comparison.filled(Self.repeated(text)))
        default: return value
        }
    }

    /// JSON in which 4.0 stays what it is.
    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .object(let members):
            let list = members.sorted { $0.key < $1.key }.map { name, member in
                "\(JSONWriter.string(.string(name))):\(text(member))"
            }
            return "{\(list.joined(separator: ","))}"
        case .array(let elements): return "[\(elements.map(text).joined(separator: ","))]"
        case .double(let number): return "\(number)"
        default: return JSONWriter.string(value)
        }
    }

    private func compare(_ step: RecordedScenario.Step, _ response: ServerResponse) {
        guard case .whole(let answer) = response else {
            comparison.note("response", expected: "an answer", actual: "a stream")
            return
        }
        // Whether an object is still there while it is being removed is a matter of time.
        let message = step.responseBody?["message"]?.stringValue ?? ""
        if answer.status == 404, step.about.contains(/\(or (?:404|gone)/) || message.contains("is terminating") {
            return
        }
        if answer.status != step.status {
            let text = String(decoding: answer.body.prefix(400), as: UTF8.self)
            comparison.note("status", expected: "\(step.status)", actual: "\(answer.status) \(text)")
            return
        }
        let type = step.responseHeaders["Content-Type"]?.stringValue
        // kubectl reads JSON too, of which the recordings could keep more than of protobuf.
        if let type, answer.headers["content-type"] != type, type != "application/vnd.kubernetes.protobuf" {
            comparison.note("Content-Type", expected: type, actual: answer.headers["content-type"] ?? "none")
        }
        let warnings = (step.responseHeaders["Warning"]?.arrayValue ?? []).compactMap(\.stringValue)
        let actual = answer.headers["warning"] ?? ""
        if warnings.joined(separator: ", ") != actual {
            comparison.note("Warning", expected: "\(warnings)", actual: actual)
        }
        guard var expected = step.responseBody, !step.isExcerpt else { return }
        if case .string(let text) = expected {
            let isJSON = text.hasPrefix("<") || type == "application/yaml" || text.hasPrefix("[+]")
            if !isJSON {
                comparison.compare(expected, .string(String(decoding: answer.body, as: UTF8.self)), at: "body")
            }
            return
        }
        guard var body = try? JSONParser.parse(answer.body) else {
            comparison.note("body", expected: "JSON", actual: String(decoding: answer.body, as: UTF8.self))
            return
        }
        if step.managedFieldsOmitted {
            expected = Self.withoutManagedFields(expected)
            body = Self.withoutManagedFields(body)
        }
        if isOfKubectl {
            expected = Self.withoutControllers(expected)
            body = Self.withoutControllers(body)
        }
        comparison.compare(expected, body, at: "body")
    }

    /// An object, or a list of objects, without what the kubelet and the controllers of the recorded cluster wrote.
    private static func withoutControllers(_ value: JSONValue) -> JSONValue {
        if let items = value["items"]?.arrayValue {
            var list = value
            list["items"] = .array(items.map(withoutControllers))
            return list
        }
        guard value["metadata"] != nil, value["apiVersion"]?.stringValue?.hasPrefix("fairlead.dev") != true else {
            return value
        }
        var object = value
        object["status"] = nil
        if object["spec"]?["nodeName"] != nil { object[path: ["spec", "nodeName"]] = nil }
        object[path: ["metadata", "annotations", "deployment.kubernetes.io/revision"]] = nil
        if object["metadata"]?["annotations"] == [:] { object[path: ["metadata", "annotations"]] = nil }
        if let entries = object["metadata"]?["managedFields"]?.arrayValue {
            object[path: ["metadata", "managedFields"]] = .array(entries.filter { $0["subresource"] != "status" })
        }
        return object
    }

    private static func withoutManagedFields(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members): .object(members.filter { $0.key != "managedFields" }.mapValues(withoutManagedFields))
        case .array(let elements): .array(elements.map(withoutManagedFields))
        default: value
        }
    }

    // MARK: Watches

    private func begin(_ step: RecordedScenario.Step) async throws {
        guard let request = await request(of: step) else { return }
        let response = await server.respond(to: request)
        guard case .stream(let status, _, let body) = response else {
            compare(step, response)
            note(comparison.takeDifferences(), step, false)
            return
        }
        if status != step.status { report.append("step \(step.number): status \(status)") }
        let log = WatchLog()
        // The watch runs beside the steps that are made during it, and is cancelled when they are done.
        let task = Task { await log.record(body) }
        await log.begun()
        watches[step.number] = RunningWatch(step: step, log: log, task: task)
    }

    private func finish(_ watch: RunningWatch, _ isVerbose: Bool) async {
        watches[watch.step.number] = nil
        let expected = watch.step.events ?? []
        func isCounted(_ event: JSONValue) -> Bool {
            guard event["type"]?.stringValue == "BOOKMARK" else { return true }
            let annotations = event["object"]?["metadata"]?["annotations"]
            return annotations?["k8s.io/initial-events-end"]?.stringValue == "true"
        }
        let wanted = expected.filter(isCounted)
        let deadline = ContinuousClock.now + .seconds(watch.step.ended == "client closed" ? 3 : 8)
        let waitsForEnd = watch.step.ended != "client closed"
        while ContinuousClock.now < deadline {
            let (events, isOver) = watch.log.state
            if isOver || !waitsForEnd && events.filter(isCounted).count >= wanted.count { break }
            try? await Task.sleep(for: .milliseconds(20))
        }
        let (events, isOver) = watch.log.state
        watch.task.cancel()
        await watch.task.value
        if waitsForEnd, !isOver {
            report.append("step \(watch.step.number): the stream did not end (\(watch.step.ended))")
        }
        compareEvents(wanted, events.filter(isCounted), watch.step)
        note(comparison.takeDifferences(), watch.step, isVerbose)
    }

    private func compareEvents(_ wanted: [JSONValue], _ events: [JSONValue], _ step: RecordedScenario.Step) {
        let byControllers = step.path.contains("customresourcedefinitions") || step.path.contains("/namespaces?")
        func types(_ events: [JSONValue]) -> [String] { events.compactMap { $0["type"]?.stringValue } }
        if byControllers {
            func collapsed(_ types: [String]) -> [String] {
                types.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
            }
            if collapsed(types(wanted)) != collapsed(types(events)) {
                comparison.note("events", expected: "\(types(wanted))", actual: "\(types(events))")
            }
            return
        }
        if types(wanted) != types(events) {
            comparison.note("events", expected: "\(types(wanted))", actual: "\(types(events))")
            return
        }
        for (index, pair) in zip(wanted, events).enumerated() {
            comparison.compare(pair.0, pair.1, at: "event \(index)")
        }
    }
}

/// What a watch has brought so far.
final class WatchLog: Sendable {
    private struct State {
        var hasBegun = false
        var bytes: [UInt8] = []
        var events: [JSONValue] = []
        var isOver = false
    }

    private let shared = Mutex(State())

    var state: (events: [JSONValue], isOver: Bool) { shared.withLock { ($0.events, $0.isOver) } }

    func record(_ body: @Sendable (ServerResponse.Writer) async throws -> Void) async {
        try? await body { bytes in
            self.shared.withLock { state in
                state.hasBegun = true
                state.bytes += bytes
                while let end = state.bytes.firstIndex(of: UInt8(ascii: "\n")) {
                    if let event = try? JSONParser.parse(state.bytes[..<end]) { state.events.append(event) }
                    state.bytes.removeSubrange(...end)
                }
            }
        }
        shared.withLock {
            $0.isOver = true
            $0.hasBegun = true
        }
    }

    /// Waits until the first bytes, or the lack of them, are known.
    func begun() async {
        while !shared.withLock({ $0.hasBegun }) { try? await Task.sleep(for: .milliseconds(2)) }
    }
}
