import KubernetesCore
import PropertyTesting
import Testing

@testable import FairleadAPI

@Suite struct DecodingTests {
    static let run = """
        apiVersion: fairlead.dev/v1alpha1
        kind: PipelineRun
        metadata: {name: churn-1, namespace: ml, uid: u}
        spec:
          params: {rows: 8000, list: [1, 2], cfg: {a: 1.5}}
          ttlSecondsAfterFinished: 60
          suspend: false
          shutdown: Stop
          approvals: {ok: Approved}
          cache: Refresh
          resumeFrom: {run: churn-0, rerun: [fit]}
          queue: team-a
          profile: gpu
          pipelineSpec:
            params: [{name: rows, type: integer, default: 5000, minimum: 100}, {name: list, type: array, items: integer}, {name: cfg, type: object}]
            defaults: {image: "python:3.12", retry: {max: 2, backoff: {duration: 10s}}, timeouts: {pending: 5m}}
            tasks:
              - {name: a, command: [echo, "$(params.rows)"], env: {X: 1, Z: {secret: s, key: k}}, results: [{name: size, type: integer}]}
              - {name: b, python: "print(1)", packages: [numpy], dependsOn: [a], inputs: {i: tasks.a.results.size}, artifacts: [{name: m}]}
              - name: fit
                when: tasks.a.results.size > 3 && params.list.exists(x, x > 0)
                runWhen: NoneFailed
                map: {over: {n_estimators: [10, 20], row: params.list}, parallelism: 2, maxFailed: 1%}
                cache: {maxAge: 7d}
                command: [fit, "$(item.row + 1)", "$(params.rows * 2)"]
                code: {git: "https://git.example.com/a/b", ref: main, path: train}
                checkpoint: {uri: "s3://ckpt/$(run.name)", every: 5m, keep: 2}
                results: [{name: auc, type: number}]
                artifacts: [{name: model, register: churn}]
                inputs: {old: {model: churn@production, optional: true}}
              - {name: many, map: {count: 3, maxFailed: 1}, python: "print(1)"}
              - {name: valid, check: {that: "tasks.fit.results.auc.all(a, a == null || a > 0.5)", message: "bad: $(params.rows)"}}
              - {name: nested, map: {over: params.list}, pipeline: {name: other, params: {n1: "$(item)", fix: 3}}}
              - {name: ok, approval: {message: "Promote $(params.rows)?", timeout: 1d, onTimeout: Skip}}
              - {name: register, dependsOn: [ok], model: {name: churn, from: "tasks.fit.artifacts.model[0]", format: sklearn, metrics: {auc: "tasks.fit.results.auc[0]", size: 3}, alias: candidate}}
            finally: [{name: z, script: "echo", env: {S: "$(run.status)"}}]
            concurrency: {group: "rows-$(params.rows)", max: 2, policy: Replace}
            notifications: [{events: [Failed, Late], webhook: {secret: hooks, key: url}, format: Slack}]
            results: [{name: size, value: tasks.a.results.size}]
        """

    @Test func aWholeRunRoundTrips() throws {
        let json = try yaml(Self.run)
        #expect(ManifestValidator.validate(json) == [])
        let run = try KubernetesJSON.decode(PipelineRun.self, from: json)
        #expect(try KubernetesJSON.value(of: run) == json)
        let pipeline = try #require(try run.spec.get().decodedPipelineSpec?.get())
        #expect(pipeline.tasks[1].container.merged(over: pipeline.defaults).image == "python:3.12")
        #expect(pipeline.tasks[0].container.env["Z"] == .secret(name: "s", key: "k"))
        #expect(try KubernetesJSON.value(of: pipeline) == json["spec"]?["pipelineSpec"])
    }

    @Test(arguments: [
        ("{tasks: [{name: a, retry: {max: often}}]}", "spec.tasks[0].retry.max: must be an integer, not a string"),
        ("{tasks: [{name: a}, {name: b, retry: {max: 1.5}}]}", "spec.tasks[1].retry.max: must be an integer, not 1.5"),
        (
            "{tasks: [{name: no}]}",
            "spec.tasks[0].name: must be a string, not the boolean false (quote y, n, yes, no, on, off)"
        ),
        (
            "{tasks: [{name: a, dependsOn: [NO]}]}",
            "spec.tasks[0].dependsOn[0]: must be a string, not the boolean false (NO without quotes?)"
        ),
        ("{tasks: [{image: x}]}", "spec.tasks[0].name: is required"),
        ("{tasks: {a: 1}}", "spec.tasks: must be a list, not an object"),
        ("{}", "spec.tasks: is required"),
        ("[1]", "spec: must be an object, not an array"),
        ("null", "spec: must be an object, not null"),
        (
            "{tasks: [{name: a, timeouts: {total: soon}}]}",
            "spec.tasks[0].timeouts.total: must be a duration such as 90s, 15m, 2h or 7d, not \"soon\""
        ),
        (
            "{tasks: [], params: [{name: p, type: interger}]}",
            "spec.params[0].type: must be one of string, integer, number, boolean, array, object, not \"interger\"; did you mean \"integer\"?"
        ),
    ])
    func oneBadSpecIsTold(_ spec: String, _ message: String) throws {
        let json: JSONValue = [
            "metadata": ["name": "p"], "spec": try ManifestReader.read("x: \(spec)")[0]["x"] ?? .null,
        ]
        let pipeline = try KubernetesJSON.decode(Pipeline.self, from: json)
        guard case .failure(let problem) = pipeline.spec else {
            // An absent list is an empty one to the decoder: the validator tells.
            let spec = try #require(json["spec"])
            #expect(PipelineValidator.validate(json: spec).map(\.description).contains(message))
            return
        }
        #expect(problem.fields.map(\.description).contains(message), "\(problem)")
    }

    @Test func decodingErrorsAloneAreToldToo() throws {
        struct Part: Codable, Sendable, Hashable {
            var name: String
            var count: Int
            var list: [String]
        }
        let table: [(JSONValue, String)] = [
            (
                ["name": true, "count": 1, "list": []],
                "x.name: must be a string, not the boolean true (quote y, n, yes, no, on, off)"
            ),
            (
                ["name": "a", "count": 1, "list": ["a", false]],
                "x.list[1]: must be a string, not the boolean false (NO without quotes?)"
            ),
            (["name": "a", "list": []], "x.count: is required"),
            (["name": "a", "count": "1", "list": []], "x.count: must be an integer, not a string"),
        ]
        for (json, message) in table {
            guard case .failure(let problem) = Decoded<Part>(json, at: FieldPath("x")) else {
                Issue.record("\(json) was read")
                continue
            }
            #expect(problem.message == message)
        }
    }

    @Test func aStatusThatCannotBeReadIsTold() throws {
        var json = try yaml(Self.run)
        json["status"] = ["phase": "Flying", "tasks": []]
        let run = try KubernetesJSON.decode(PipelineRun.self, from: json)
        #expect(run.statusProblem?.message.hasPrefix("status.phase: must be one of Pending") == true)
        #expect(run.spec.value != nil)
    }

    @Test func aNullMemberOfAMapIsAbsent() throws {
        var json = try yaml(Self.run)
        json[path: ["spec", "approvals"]] = ["ok": .null, "other": "Approved"]
        let run = try KubernetesJSON.decode(PipelineRun.self, from: json)
        #expect(run.spec.value?.approvals == ["other": .approved])
    }

    @Test func aLongNameIsTold() throws {
        var json = try yaml(Self.run)
        json[path: ["metadata", "name"]] = .string(String(repeating: "a", count: 64))
        let run = try KubernetesJSON.decode(PipelineRun.self, from: json)
        #expect(
            RunValidator.validate(run).map(\.description) == [
                "metadata.name: must have at most 63 characters, not 64"
            ])
    }

    /// Nothing a user writes makes an object unreadable, traps the validator, or passes the schema check but not the
    /// decoder.
    @Test func anyMutationIsReadAndJudged() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let base = try yaml(Self.run)
        for _ in 0..<400 {
            var spec = base["spec"] ?? .null
            for _ in 0..<Int.random(in: 1...3, using: &generator) { spec = mutated(spec, &generator) }
            let json: JSONValue = ["metadata": base["metadata"] ?? .null, "spec": spec]
            let run = try KubernetesJSON.decode(PipelineRun.self, from: json)
            let problems = RunValidator.validate(json: spec)
            if case .failure = run.spec { #expect(!problems.isEmpty, "seed \(seed): \(spec)") }
            if SchemaChecker.check(spec, against: PipelineRunSpec.schema, at: FieldPath("spec")).isEmpty {
                #expect(run.spec.value != nil, "seed \(seed): \(JSONWriter.string(spec)) \(run.spec)")
                if case .failure(let problem)? = run.spec.value?.decodedPipelineSpec {
                    Issue.record("seed \(seed): the schema check let through \(problem)")
                }
            }
            if let pipeline = run.spec.value?.decodedPipelineSpec?.value {
                _ = PipelineValidator.validate(pipeline)
                _ = PipelineGraph(pipeline)
            }
        }
    }

    private static let junk: [JSONValue] = [
        .null, true, 0, -1, 1.5, "", "a", "$(params.rows)", "$(", "no", [], [:], ["x"], [true], ["name": "q"],
        "tasks.a.results.size", "tasks.fit.results.auc[0] > 3", "$(params.list.map(x, x + 1))", "$(item.row +)", "101%",
        ["count": 3], ["that": "true"],
        .integer(.max), .integer(.min), 1e300, "\u{0}\u{1F600}", ["max": 99999], "1s", ["name": 3],
    ]

    private func mutated(_ value: JSONValue, _ generator: inout SeededGenerator) -> JSONValue {
        let here = Int.random(in: 0..<6, using: &generator) == 0
        switch value {
        case .object(var members) where !members.isEmpty && !here:
            guard let name = members.keys.sorted().randomElement(using: &generator) else { return value }
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: members[name] = nil
            case 1: members["\(name)x"] = members.removeValue(forKey: name)
            default: members[name] = mutated(members[name] ?? .null, &generator)
            }
            return .object(members)
        case .array(var elements) where !elements.isEmpty && !here:
            let index = Int.random(in: 0..<elements.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: elements.remove(at: index)
            case 1: elements.append(elements[index])
            default: elements[index] = mutated(elements[index], &generator)
            }
            return .array(elements)
        default: return Self.junk.randomElement(using: &generator) ?? .null
        }
    }
}
