import KubernetesCore
import Testing

@testable import FairleadAPI

@Suite struct InferenceServiceValidatorTests {
    /// Each row: a spec, and what is told, exactly.
    static let table: [(String, [String])] = [
        ("{model: churn@production}", []),
        ("{model: 'churn:7', replicas: {min: 0, max: 10, initial: 1}, scale: {metric: concurrency, target: 8}}", []),
        ("{model: {uri: 's3://bucket/churn', format: sklearn, version: 1.5}, protocol: v1, port: 9000}", []),
        ("{image: me/server, env: {A: 1}, transformer: {image: t}, explainer: {image: e, port: 9000}}", []),
        ("{model: churn@production, args: ['--name=$(MODEL_NAME)'], timeouts: {ready: 20m, request: 5m}}", []),
        (
            "{model: churn@production, rollout: {steps: [0, 5, 25, 50, 100], every: 10m, minRequests: 100, onFail: Rollback, checks: [{metric: errorRate, max: 0.01}, {metric: latencyP95, maxLatency: 80ms, against: Stable}]}}",
            []
        ),
        ("{model: churn@production, rollout: {steps: [10, 50]}}", []),
        (
            "{variants: [{name: a, model: churn@production, weight: 50}, {name: b, model: 'churn:7', weight: '50'}], sticky: {header: x-user-id}}",
            []
        ),
        ("{variants: [{name: a, model: churn@production, weight: 90%}, {name: b, model: 'churn:7'}]}", []),
        (
            "{model: churn@production, mirror: {model: churn@next, percent: 10}, logPayloads: {url: 'http://log', mode: All, sample: 0.1}}",
            []
        ),
        ("{model: churn@production, gateway: {name: edge, hostnames: ['*.example.com']}, suspend: true}", []),
        ("{model: churn@production, scale: {metric: vllm:num_requests_waiting, target: 5}}", []),
        ("{model: churn@production, logPayloads: {uri: 's3://logs/serving', mode: Response}}", []),
        (
            "{}",
            [
                ": needs a model, variants, or an image of its own: model: churn@production or {uri: …, format: …}"
            ]
        ),
        (
            "{model: churn@production, variants: [{name: a, model: 'churn:7'}]}",
            [": takes only one of model, variants"]
        ),
        (
            "{modle: churn@production, image: i}", ["modle: unknown field \"modle\"; did you mean \"model\"?"]
        ),
        (
            "{model: churn}",
            ["model: \"churn\" names no alias and no version: write churn@production or churn:7"]
        ),
        (
            "{model: 's3://bucket/churn'}",
            ["model: \"s3://bucket/churn\" is a URI: write {uri: …, format: …}"]
        ),
        ("{model: yes}", ["model: must be a string, not the boolean true (quote y, n, yes, no, on, off)"]),
        ("{model: {format: sklearn}}", ["model.uri: is required"]),
        (
            "{model: {uri: 's3://b/c'}}",
            [
                "model.format: is required, unless runtime or image is given: sklearn, xgboost, onnx, huggingface, …"
            ]
        ),
        ("{model: {uri: 's3://b/c'}, runtime: mine}", []),
        (
            "{model: {uri: 'bucket/churn', format: sklearn}}",
            ["model.uri: must be a URI such as s3://bucket/folder, not \"bucket/churn\""]
        ),
        (
            "{model: {uri: 'htps://b/c', format: sklearn}}",
            ["model.uri: has the scheme \"htps\"; did you mean \"https://\"?"]
        ),
        (
            "{model: {uri: 's3://$(BUCKET)/c', format: sklearn}}",
            ["model.uri: must be a URI; nothing is replaced in it"]
        ),
        (
            "{model: churn@production, protocol: v3}",
            ["protocol: must be one of v1, v2, openai, not \"v3\""]
        ),
        ("{image: i, port: 70000}", ["port: must be at most 65535, not 70000"]),
        ("{image: i, transformer: {args: [x]}}", ["transformer.image: is required"]),
        ("{image: i, retry: {max: 3}}", ["retry: unknown field \"retry\""]),
        ("{image: i, replicas: {min: 3, max: 2}}", ["replicas.min: must be at most max (2), not 3"]),
        ("{image: i, replicas: {max: 0}}", ["replicas.max: must be at least 1; suspend: true stops a service"]),
        ("{image: i, replicas: {max: 3, initial: 4}}", ["replicas.initial: must be at most max (3), not 4"]),
        ("{image: i, replicas: {min: 2, initial: 1}}", ["replicas.initial: must be at least min (2), not 1"]),
        ("{image: i, replicas: 3}", ["replicas: must be an object, not an integer"]),
        (
            "{image: i, scale: {metric: concurency, target: 1}}",
            [
                "scale.metric: must be one of concurrency, rps, cpu, or a metric of the runtime, not \"concurency\"; did you mean \"concurrency\"?"
            ]
        ),
        ("{image: i, scale: {metric: queue_depth}}", ["scale.target: is required with a metric of the runtime"]),
        ("{image: i, scale: {target: 0}}", ["scale.target: must be more than 0, not 0.0"]),
        (
            "{image: i, scale: {target: 8, maxConcurrency: 4}}",
            ["scale.target: must be at most maxConcurrency (4), which no pod goes beyond, not 8.0"]
        ),
        ("{image: i, timeouts: {attempt: 5m}}", ["timeouts.attempt: unknown field \"attempt\""]),
        ("{image: i, timeouts: {ready: 0s}}", ["timeouts.ready: must be longer than 0"]),
        ("{image: i, timeouts: {ready: 20}}", ["timeouts.ready: must be a string, not an integer"]),
        (
            "{image: i, rollout: {steps: [0, 50, 50, 101]}}",
            ["rollout.steps[3]: must be a whole number of percent from 0 to 100, not \"101\""]
        ),
        (
            "{image: i, rollout: {steps: [0, 50, 50, 25]}}",
            [
                "rollout.steps[2]: must be more than the step before (50), not 50",
                "rollout.steps[3]: must be more than the step before (50), not 25",
            ]
        ),
        (
            "{image: i, rollout: {checks: [{metric: latency95, maxLatency: 80ms}]}}",
            [
                "rollout.checks[0].metric: must be one of errorRate, latencyP50, latencyP90, latencyP95, latencyP99, not \"latency95\"; did you mean \"latencyP95\"?"
            ]
        ),
        (
            "{image: i, rollout: {checks: [{metric: errorRate}, {metric: errorRate, max: 5}, {metric: errorRate, max: 0.1, maxLatency: 1s}]}}",
            [
                "rollout.checks[0].max: is required: the largest share, such as 0.01",
                "rollout.checks[1].max: must be a share from 0 to 1, not 5.0",
                "rollout.checks[2].maxLatency: belongs to a latency, not to errorRate; give max",
            ]
        ),
        (
            "{image: i, rollout: {checks: [{metric: latencyP95}, {metric: latencyP95, max: 80}, {metric: latencyP95, max: 0.5, against: Stable}]}}",
            [
                "rollout.checks[0].maxLatency: is required, such as 80ms, or against: Stable",
                "rollout.checks[1].max: is a multiple and needs against: Stable; give maxLatency, such as 80ms",
                "rollout.checks[2].max: must be a multiple of at least 1, not 0.5",
            ]
        ),
        (
            "{image: i, rollout: {onFail: rollback}}",
            ["rollout.onFail: must be one of Rollback, Pause, not \"rollback\"; did you mean \"Rollback\"?"]
        ),
        (
            "{variants: [{name: a, model: 'm:1', weight: 50}, {name: b, model: 'm:2', weight: 40}]}",
            ["variants: the weights must sum to 100, not 50 + 40 = 90"]
        ),
        (
            "{variants: [{name: a, model: 'm:1', weight: 60}, {name: b, model: 'm:2', weight: 60}, {name: c, model: 'm:3'}]}",
            ["variants: the weights must sum to at most 100, not 120"]
        ),
        (
            "{variants: [{name: a, model: 'm:1'}, {name: a, model: 'm:2'}, {name: mirror, model: 'm:3'}, {name: A}]}",
            [
                "variants[1].name: duplicate name \"a\"",
                "variants[2].name: \"mirror\" is the mirror's name; choose another",
                "variants[3].name: must be lower-case letters, digits and \"-\", and begin and end with one of the first two",
                "variants[3].model: is required, unless the variant has an image of its own",
            ]
        ),
        (
            "{variants: [{name: x, weight: 1e9, image: i}]}",
            ["variants[0].weight: must be a whole number of percent from 0 to 100, not \"1000000000\""]
        ),
        (
            "{variants: [{name: no, weight: 100, image: i}]}",
            ["variants[0].name: must be a string, not the boolean false (quote y, n, yes, no, on, off)"]
        ),
        ("{image: i, sticky: {header: a, cookie: b}}", ["sticky: takes only one of header, cookie"]),
        ("{image: i, sticky: {}}", ["sticky: needs one of header, cookie"]),
        (
            "{image: i, sticky: {header: 'x user'}}",
            ["sticky.header: must be a name of a header such as x-user-id, not \"x user\""]
        ),
        (
            "{image: i, mirror: {model: {uri: 'gs://a'}, percent: 101}}",
            ["mirror.percent: must be a whole number of percent from 0 to 100, not \"101\""]
        ),
        ("{image: i, logPayloads: {mode: All}}", ["logPayloads: needs one of url, uri"]),
        (
            "{image: i, logPayloads: {url: 'http://x', sample: 10}}",
            ["logPayloads.sample: must be a share from 0 to 1, not 10.0"]
        ),
        (
            "{image: i, logPayloads: {uri: 'https://x/y'}}",
            ["logPayloads.uri: must be a folder in a store, such as s3://bucket/folder, not \"https://x/y\""]
        ),
        ("{image: i, logPayloads: {uri: 's3://x/../y'}}", ["logPayloads.uri: must not lead upwards by \"..\""]),
        (
            "{image: i, logPayloads: {uri: 's3://x', url: 'http://x'}}",
            ["logPayloads: takes only one of url, uri"]
        ),
        (
            "{image: i, logPayloads: {url: 's3://x/y'}}",
            ["logPayloads.url: must be a URL such as http://events.risk.svc, not \"s3://x/y\""]
        ),
        (
            "{image: i, gateway: {name: edge}}", ["gateway.hostnames: is required"]
        ),
        (
            "{image: i, gateway: {name: edge, hostnames: ['https://x']}}",
            ["gateway.hostnames[0]: must be a host name such as churn.example.com, not \"https://x\""]
        ),
        (
            "{image: i, overrides: [{target: {role: predicter}, pod: {}}]}",
            [
                "overrides[0].target.role: must be one of predictor, transformer, explainer, not \"predicter\"; did you mean \"predictor\"?"
            ]
        ),
        (
            "{image: i, command: [serve], script: x}",
            [": takes only one of command, script, python, not command, script"]
        ),
    ]

    @Test(arguments: table.indices) func judges(_ index: Int) throws {
        let (fields, expected) = Self.table[index]
        let spec = try yaml(fields)
        let paths = expected.map { $0.hasPrefix(":") ? "spec\($0)" : "spec.\($0)" }
        #expect(InferenceServiceValidator.validate(json: spec).map(\.description) == paths)
        let object: JSONValue = [
            "apiVersion": "fairlead.dev/v1alpha1", "kind": "InferenceService", "metadata": ["name": "churn"],
            "spec": spec,
        ]
        #expect(ManifestValidator.validate(object).map(\.description) == paths)
        let service = try KubernetesJSON.decode(InferenceService.self, from: object)
        // Of an object as it is read nobody sees unknown fields: the API server has pruned them.
        guard expected.allSatisfy({ !$0.contains("unknown field") }) else { return }
        #expect(InferenceServiceValidator.validate(service).isEmpty == expected.isEmpty)
    }

    @Test(arguments: [
        ("a", ""), ("churn-2", ""), ("churn.v2", "must be lower-case letters"), ("2churn", "must begin with a letter"),
        (String(repeating: "a", count: 40), ""), (String(repeating: "a", count: 41), "at most 40 characters, not 41"),
        ("Churn", "must be lower-case letters"),
    ])
    func aNameIsAHostsLabel(_ name: String, _ problem: String) {
        let service = InferenceService(
            metadata: ObjectMeta(name: name), spec: InferenceServiceSpec(container: ContainerSpec(image: "i")))
        let problems = InferenceServiceValidator.validate(service).map(\.description)
        #expect(problems.isEmpty == problem.isEmpty)
        for found in problems { #expect(found.hasPrefix("metadata.name: ") && found.contains(problem)) }
        let object: JSONValue = [
            "apiVersion": "fairlead.dev/v1alpha1", "kind": "InferenceService", "metadata": ["name": .string(name)],
            "spec": ["image": "i"],
        ]
        #expect(ManifestValidator.validate(object).map(\.description) == problems)
    }

    @Test func defaults() throws {
        func spec(_ text: String) throws -> InferenceServiceSpec {
            try KubernetesJSON.decode(InferenceServiceSpec.self, from: try yaml(text))
        }
        let plain = try spec("{model: churn@production}")
        #expect(plain.model == .registered(ModelReference(model: "churn", .alias("production"))))
        #expect(
            (plain.effectiveReplicas.least, plain.effectiveReplicas.most, plain.effectiveReplicas.first) == (1, 1, 1))
        #expect(plain.effectiveRollout.effectiveSteps == [100])
        #expect(plain.effectiveRollout.effectiveMinRequests == 0)
        #expect(plain.effectiveQueue == 100)
        #expect(plain.effectiveTimeouts.effectiveRequest.seconds == 300)
        let asleep = try spec(
            "{replicas: {min: 0, max: 10}, rollout: {steps: [5], checks: [{metric: errorRate, max: 0}]}}")
        #expect(
            (asleep.effectiveReplicas.least, asleep.effectiveReplicas.most, asleep.effectiveReplicas.first) == (
                0, 10, 1
            ))
        #expect(asleep.effectiveRollout.effectiveSteps == [5, 100])
        #expect(asleep.effectiveRollout.effectiveMinRequests == 100)
        #expect(asleep.effectiveQueue == 1000)
        let weights: [(String, [Int])] = [
            ("[{name: a}, {name: b}]", [50, 50]), ("[{name: a}, {name: b}, {name: c}]", [34, 33, 33]),
            ("[{name: a, weight: 90}, {name: b}, {name: c}]", [90, 5, 5]), ("[{name: a, weight: 100}]", [100]),
        ]
        for (variants, expected) in weights { #expect(try spec("{variants: \(variants)}").variantWeights == expected) }
    }
}
