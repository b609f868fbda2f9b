import KubernetesCore
import PropertyTesting
import Testing

@testable import FairleadAPI

/// A TrainingJob inside of another object: what it becomes when its `$(…)` are replaced.
@Suite struct TrainingJobTemplateTests {
    private static let scope = Scope(
        params: [
            "rows": 3, "name": "churn", "evil": "$(PATH) $$(X) $HOME $", "uris": ["s3://a/b"], "share": 0.5,
        ],
        tasks: [
            "prep": Scope.TaskOutcome(
                status: "Succeeded", results: ["n": 2],
                artifacts: ["set": ArtifactReference(uri: "s3://b/set$(x)")]),
            "none": Scope.TaskOutcome(status: "Skipped"),
        ], item: "de", itemIndex: 4)

    private func spec(_ text: String, defaults: ContainerSpec? = nil) throws -> JSONValue {
        let template = try KubernetesJSON.decode(TrainingJobTemplate.self, from: try yaml(text))
        return try template.merged(over: defaults).spec(in: Self.scope, at: FieldPath("job"))
    }

    @Test func everyFieldTakesItsType() throws {
        let json = try spec(
            """
            framework: tensorflow
            nodes: $(params.rows)
            image: reg/$(params.name):$(params.rows)
            command: [python, train.py]
            args: ["--n", "$(tasks.prep.results.n)", "$(params.evil)"]
            env: {ROWS: "$(params.rows)", LIST: "$(params.uris)", PLAIN: $HOME}
            roles: {ps: {nodes: "$(tasks.prep.results.n)", env: {E: "$(params.evil)"}}}
            elastic: {minNodes: $(1 + 1), maxNodes: 4}
            queue: q-$(item)
            processesPerNode: $(params.rows - 2)
            activeDeadlineSeconds: $(params.rows * 60)
            inputs: {set: tasks.prep.artifacts.set, x: {from: tasks.none.artifacts.y, optional: true}, m: {model: churn@a}}
            artifacts: [{name: model, register: "$(params.name)"}]
            resources: {cpu: "$(params.share)", memory: "$(params.rows)Gi"}
            """)
        let job = try KubernetesJSON.decode(TrainingJobSpec.self, from: json)
        #expect(job.nodes == 3)
        #expect(job.roles["ps"]?.nodes == 2)
        #expect(job.elastic == ElasticSpec(minNodes: 2, maxNodes: 4))
        #expect(job.queue == "q-de")
        #expect(job.processesPerNode == .count(1))
        #expect(job.activeDeadlineSeconds == 180)
        #expect(job.container.artifacts.first?.register == "churn")
        #expect(job.container.inputs["set"] == InputSource(uri: "s3://b/set$$(x)"))
        #expect(job.container.inputs.keys.sorted() == ["m", "set"])
        let container = try job.container(of: "ps").evaluated(in: Scope())
        #expect(container.image == "reg/churn:3")
        #expect(container.args == ["--n", "2", "$$(PATH) $$$$(X) $HOME $"])
        #expect(container.env["E"]?.text == "$$(PATH) $$$$(X) $HOME $")
        #expect(container.env["PLAIN"]?.text == "$HOME")
        #expect(container.env["LIST"]?.text == "[\"s3://a/b\"]")
        #expect(container.inputs["set"]?.uri == "s3://b/set$(x)")
        #expect(container.resources?.cpu?.text == "0.5")
    }

    @Test func defaultsAreInherited() throws {
        var defaults = ContainerSpec(image: "reg/$(params.name)")
        defaults.packages = Packages(["jax"])
        let json = try spec("{framework: jax, packages: [numpy], command: [x]}", defaults: defaults)
        #expect(json["image"] == "reg/churn")
        #expect(json["packages"] == ["jax", "numpy"])
    }

    @Test(arguments: [
        ("{image: i, command: [x], nodes: $(params.name)}", "job.nodes: must be an integer, not a string"),
        ("{image: i, command: [x], nodes: $(params.x)}", "job.nodes: params has no member \"x\""),
        ("{image: i, command: [$(params.x)]}", "job.command[0]: params has no member \"x\""),
        (
            "{image: i, command: [x], inputs: {a: params.uris}}",
            "job.inputs.a: params.uris is no URI but an array"
        ),
        (
            "{image: i, command: [x], inputs: {a: tasks.none.artifacts.y}}",
            "job.inputs.a: tasks.none.artifacts.y was not written"
        ),
        (
            "{image: i, command: [x], framework: $(params.name)}",
            "job.framework: must be one of pytorch, tensorflow, jax, xgboost, lightgbm, mpi, deepspeed, horovod, paddle, none, not \"churn\""
        ),
        ("{image: i, command: [x], nodes: $(params.rows - 3)}", "job.nodes: must be at least 1, not 0"),
    ])
    func whatLeadsNowhereIsTold(_ text: String, _ message: String) throws {
        let error = try #require(throws: InvalidSpec.self) { try spec(text) }
        #expect(error.message == message)
    }

    /// Whatever is inserted, the job's pods read exactly it, also through the kubelet's own expansion.
    @Test func insertedValuesAreData() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let pieces = ["$", "(", ")", "$(", "$$(", "$$", "A", "$(A)", " ", "\u{301}", "\u{200D}", "\u{600}", "{", "x)"]
        func text() -> String {
            (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
        }
        for _ in 0..<500 {
            let (value, shell) = (text(), generator.chance(0.3))
            let scope = Scope(params: ["v": .string(value), "sh": shell ? "sh" : "env"])
            let written =
                ["$(params.v)", "a$(params.v)b", "$$$(params.v)", "$$(A)$(params.v)", "$HOME $(params.v)"]
                .randomElement(using: &generator) ?? ""
            var container = ContainerSpec(image: written, command: ["$(params.sh)", "-c", written], args: [written])
            container.env = ["E": .literal(.string(written))]
            container.mounts = ["/d": MountSource(claim: "c", subPath: written)]
            container.overrides = [PodOverride(pod: ["spec": ["x": [.string(written)]]])]
            let plain = try Template(parsing: written).text(in: scope)
            let read = try container.inserted(in: scope, at: FieldPath()).evaluated(in: Scope())
            func expanded(_ text: String?) -> String { TemplateTests.expand(text ?? "", ["A": "EXPANDED"]) }
            let story: Comment = "seed \(seed): \(written) with \(value)"
            #expect(read.image == plain, story)
            #expect(read.mounts["/d"]?.subPath == plain, story)
            #expect(read.overrides.first?.pod["spec"]?["x"]?[0]?.stringValue == plain, story)
            #expect(expanded(read.command?.last) == plain, story)
            #expect(expanded(read.args?.last) == plain, story)
            #expect(expanded(read.env["E"]?.text) == plain, story)
        }
    }

    @Test func everythingThatIsReadIsAnEdge() throws {
        let spec = try KubernetesJSON.decode(
            PipelineSpec.self,
            from: try yaml(
                """
                defaults: {image: i}
                tasks:
                - {name: a, command: [x], results: [{name: i}]}
                - {name: b, command: [x], results: [{name: count, type: integer}]}
                - {name: c, command: [x], artifacts: [{name: d}]}
                - {name: d, command: [x], results: [{name: q}]}
                - {name: e, command: [x], results: [{name: e}]}
                - name: fit
                  trainingJob:
                    spec: {image: "$(tasks.a.results.i)", framework: tensorflow, nodes: $(tasks.b.results.count), inputs: {d: tasks.c.artifacts.d},
                           queue: "$(tasks.d.results.q)", roles: {ps: {env: {E: "$(tasks.e.results.e)"}}},
                           command: [x], results: [{name: auc, type: number}], artifacts: [{name: model}]}
                - {name: after, check: {that: "tasks.fit.results.auc > 0.5 && tasks.fit.artifacts.model != ''"}}
                """))
        let graph = PipelineGraph(spec)
        #expect(graph.dependencies[5] == [0, 1, 2, 3, 4])
        #expect(graph.dependencies[6] == [5])
        // A result that is declared has its type.
        var wrong = spec
        wrong.tasks[6].work = .check(CheckSpec(that: "tasks.fit.results.auc"))
        #expect(
            PipelineValidator.validate(wrong).last?.description
                == "spec.tasks[6].check.that: must be true or false, not a number")
    }
}
