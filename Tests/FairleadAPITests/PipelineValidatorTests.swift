import FairleadAPI
import KubernetesCore
import Testing

@Suite struct PipelineValidatorTests {
    /// Each row: lines put into a good pipeline's spec, and what is told, exactly.
    static let table: [(String, [String])] = [
        ("tasks: [{name: a, command: [x]}]", []),
        ("tasks: []", ["spec.tasks: needs at least one task"]),
        (
            "tasks: [{name: a, command: [x], dependOn: [b]}]",
            ["spec.tasks[0].dependOn: unknown field \"dependOn\"; did you mean \"dependsOn\"?"]
        ),
        (
            "tasks: [{name: a, command: [x], y: 1}]",
            ["spec.tasks[0].true: unknown field \"true\" (quote y, n, yes, no, on, off)"]
        ),
        (
            "tasks:\n- name: a\n  when: !tasks.b.results.ok\n  command: [x]",
            ["spec.tasks[0].when: must not be empty: YAML takes a leading \"!\" for a tag, so quote the expression"]
        ),
        (
            "tasks: [{name: prep, command: [x]}, {name: fit, command: [x], dependsOn: [prpe]}]",
            ["spec.tasks[1].dependsOn[0]: unknown task \"prpe\"; did you mean \"prep\"?"]
        ),
        (
            "tasks: [{name: a, command: [x], dependsOn: [b]}, {name: b, command: [x], dependsOn: [a]}]",
            ["spec.tasks: the tasks form a cycle: a -> b -> a"]
        ),
        (
            "tasks: [{name: a, command: [x], env: {V: \"$(tasks.a.status)\"}}]",
            ["spec.tasks: the tasks form a cycle: a -> a"]
        ),
        (
            "tasks: [{name: a, command: [x]}, {name: a, command: [x]}]",
            ["spec.tasks[1].name: duplicate name \"a\": spec.tasks[0].name has it too"]
        ),
        (
            "tasks: [{name: A_b, command: [x]}]",
            [
                "spec.tasks[0].name: must be lower-case letters, digits and \"-\", and begin and end with one of the first two"
            ]
        ),
        (
            "tasks: [{name: \(String(repeating: "a", count: 41)), command: [x]}]",
            ["spec.tasks[0].name: must have at most 40 characters, not 41"]
        ),
        ("tasks: [{name: a}]", ["spec.tasks[0]: needs one of command, script, python"]),
        (
            "tasks: [{name: a, command: [x], script: z}]",
            ["spec.tasks[0]: takes only one of command, script, python, not command, script"]
        ),
        ("{defaults: {}, tasks: [{name: a, command: [x]}]}", ["spec.tasks[0].image: is required, here or in defaults"]),
        (
            "tasks: [{name: a, script: 'echo $(params.rows) $(date)'}]",
            ["spec.tasks[0].script: $(params.rows): nothing is replaced in a script; use \"$PARAM_ROWS\""]
        ),
        (
            "tasks: [{name: a, command: [/bin/bash, -euo, pipefail, -c], args: ['echo $(params.rows)']}]",
            ["spec.tasks[0].args[0]: $(params.rows): nothing is replaced in a script; use \"$PARAM_ROWS\""]
        ),
        ("tasks: [{name: a, command: [sh, -c, 'echo $(date)']}]", []),
        (
            "tasks: [{name: a, command: [x], args: ['$(params.row)']}]",
            ["spec.tasks[0].args[0]: unknown parameter \"row\"; did you mean \"rows\"?"]
        ),
        (
            "tasks: [{name: a, command: [x], args: ['$(params.rows.x)']}]",
            ["spec.tasks[0].args[0]: params.rows is an integer and has no members"]
        ),
        ("tasks: [{name: a, command: [x], args: ['$(params.rows + 1)']}]", []),
        (
            "tasks: [{name: a, command: [x], results: [{name: rows}]}, {name: b, command: [x], env: {V: '$(tasks.a.results.row)'}}]",
            ["spec.tasks[1].env.V: task a declares no result \"row\"; did you mean \"rows\"?"]
        ),
        (
            "tasks: [{name: a, command: [x], artifacts: [{name: set}]}, {name: b, command: [x], inputs: {s: tasks.a.artifacts.sets}}]",
            ["spec.tasks[1].inputs.s: task a declares no artifact \"sets\"; did you mean \"set\"?"]
        ),
        (
            "tasks: [{name: a, command: [x], inputs: {s: data.csv}}]",
            [
                "spec.tasks[0].inputs.s: unknown scope \"data\"; write a reference such as tasks.ingest.artifacts.dataset, or a URI"
            ]
        ),
        (
            "tasks: [{name: a, command: [x], env: {V: '$(run.status)'}}]",
            ["spec.tasks[0].env.V: run.status stands only in finally"]
        ),
        (
            "{tasks: [{name: a, command: [x]}], finally: [{name: z, command: [x], env: {V: '$(run.status)$(tasks.a.status)'}}]}",
            []
        ),
        (
            "{tasks: [{name: a, command: [x], dependsOn: [z]}], finally: [{name: z, command: [x]}]}",
            ["spec.tasks[0].dependsOn[0]: \"z\" is one of finally, which comes after all other tasks"]
        ),
        (
            "tasks: [{name: a, tuningJob: {spec: {}}}]",
            ["spec.tasks[0].tuningJob: tuningJob is not supported yet"]
        ),
        ("tasks: [{name: a, command: [x], retry: {max: -1}}]", ["spec.tasks[0].retry.max: must be at least 0, not -1"]),
        (
            "tasks: [{name: a, command: [x], retry: {max: 5000}}]",
            ["spec.tasks[0].retry.max: must be at most 1000, not 5000"]
        ),
        (
            "tasks: [{name: a, command: [x], timeouts: {attempt: 0s}}]",
            ["spec.tasks[0].timeouts.attempt: must be longer than 0"]
        ),
        (
            "tasks: [{name: a, command: [x], resources: {memory: 4gb}}]",
            ["spec.tasks[0].resources.memory: must be a quantity such as 2, 500m, 1.5 or 4Gi, not \"4gb\""]
        ),
        (
            "tasks: [{name: a, command: [x], resources: {gpu: 1.5}}]",
            ["spec.tasks[0].resources.gpu: must be a whole number, not \"1.5\""]
        ),
        ("tasks: [{name: a, command: [x], resources: {cpu: 0.5, memory: '$(params.rows)Mi', gpu: 1}}]", []),
        ("tasks: [{name: a, command: [x], env: {Y: {secret: s}}}]", ["spec.tasks[0].env.true.key: is required"]),
        (
            "tasks: [{name: a, command: [x], env: {V: {secret: s, config: c, key: k}}}]",
            ["spec.tasks[0].env.V: takes only one of secret, config"]
        ),
        (
            "tasks: [{name: a, command: [x], env: {n: 1}}]",
            ["spec.tasks[0].env.false: \"false\" as a variable's name: quote y, n, yes, no, on, off"]
        ),
        (
            "tasks: [{name: a, command: [x], results: [{name: a-b}]}]",
            ["spec.tasks[0].results[0].name: must match [a-zA-Z_][a-zA-Z0-9_]*, not \"a-b\""]
        ),
        (
            "tasks: [{name: a, command: [x], results: [{name: auc}, {name: AUC}]}]",
            ["spec.tasks[0].results[1].name: \"AUC\" and \"auc\" are the same in upper case"]
        ),
        (
            "tasks: [{name: a, command: [x], mounts: {data: {claim: c}}}]",
            ["spec.tasks[0].mounts.data: must be an absolute path without \"..\" and \":\", not \"data\""]
        ),
        (
            "{tasks: [{name: a, command: [x]}], results: [{name: r, value: tasks.b.results.r}]}",
            ["spec.results[0].value: unknown task \"b\""]
        ),
        (
            "{params: [{name: p, type: integer, default: many}], tasks: [{name: a, command: [x]}]}",
            ["spec.params[0].default: must be an integer, not a string"]
        ),
        (
            "{params: [{name: p, default: d, enum: [a, b]}], tasks: [{name: a, command: [x]}]}",
            ["spec.params[0].default: must be one of a, b, not \"d\""]
        ),
        (
            "{params: [{name: p, pattern: '('}], tasks: [{name: a, command: [x]}]}",
            ["spec.params[0].pattern: is no regular expression: missing closing ): `(`"]
        ),
        (
            "{params: [{name: p, type: integer, minimum: 3, maximum: 2}], tasks: [{name: a, command: [x]}]}",
            ["spec.params[0].minimum: is larger than maximum"]
        ),
        (
            "tasks: [{name: a, command: [x], packages: [numpy, yes]}]",
            ["spec.tasks[0].packages[1]: must be a string, not the boolean true (YES without quotes?)"]
        ),
    ]

    @Test(arguments: table.indices)
    func tells(_ index: Int) throws {
        let (text, expected) = Self.table[index]
        var spec = try yaml(text)
        if spec["params"] == nil { spec["params"] = [["name": "rows", "type": "integer", "default": 5000]] }
        if spec["defaults"] == nil { spec["defaults"] = ["image": "python:3.12-slim"] }
        #expect(PipelineValidator.validate(json: spec).map(\.description) == expected, "\(text)")
    }

    @Test func tooManyTasks() {
        let tasks = (0...500).map { PipelineTask(name: "t\($0)", container: ContainerSpec(image: "i", command: ["c"])) }
        #expect(PipelineValidator.validate(PipelineSpec(tasks: Array(tasks.prefix(500)))) == [])
        #expect(
            PipelineValidator.validate(PipelineSpec(tasks: tasks)).map(\.message)
                == ["holds 501 tasks with finally; at most 500 are allowed"])
    }

    @Test func runsAreJudgedWithTheirPipelineAndParameters() throws {
        let table: [(String, [String])] = [
            ("{pipeline: churn}", []),
            ("{}", ["spec: needs one of pipeline, pipelineSpec"]),
            (
                "{pipeline: a, pipelineSpec: {tasks: []}}",
                ["spec: takes only one of pipeline, pipelineSpec", "spec.pipelineSpec.tasks: needs at least one task"]
            ),
            (
                "{pipeline: Churn}",
                [
                    "spec.pipeline: \"Churn\" is no name of a Kubernetes object: lower-case letters, digits, \"-\" and \".\""
                ]
            ),
            (
                "{pipeline: a, shutdown: stop}",
                ["spec.shutdown: must be one of Stop, Terminate, not \"stop\"; did you mean \"Stop\"?"]
            ),
            (
                "{pipeline: a, suspended: true}",
                ["spec.suspended: unknown field \"suspended\"; did you mean \"suspend\"?"]
            ),
            (
                "{pipelineSpec: {params: [{name: p}], tasks: [{name: a, image: i, comand: [x]}]}}",
                ["spec.pipelineSpec.tasks[0].comand: unknown field \"comand\"; did you mean \"command\"?"]
            ),
            (
                "{pipelineSpec: {params: [{name: p}], tasks: [{name: a, image: i, command: [x]}]}}",
                ["spec.params.p: is required: the pipeline's parameter p has no default"]
            ),
        ]
        for (text, expected) in table {
            let problems = RunValidator.validate(json: try yaml(text)).map(\.description)
            #expect(Array(problems.prefix(1)) == Array(expected.prefix(1)), "\(text)")
        }
    }

    @Test func parameters() throws {
        let params = [
            ParamSpec(name: "rows", type: .integer, minimum: 100),
            ParamSpec(name: "mode", default: "fast", enum: ["fast", "slow"]),
            ParamSpec(name: "countries", type: .array, default: ["NL"], items: .string),
            ParamSpec(name: "day", default: "2026-01-01", pattern: "^\\d{4}-\\d\\d-\\d\\d$"),
        ]
        #expect(
            try ParamResolver.resolve(params, given: ["rows": 100.0]) == [
                "rows": 100, "mode": "fast", "countries": ["NL"], "day": "2026-01-01",
            ])
        let table: [([String: JSONValue], String)] = [
            ([:], "spec.params.rows: is required: the pipeline's parameter rows has no default"),
            (["rows": "8000"], "spec.params.rows: must be an integer, not the string \"8000\" (leave out the quotes)"),
            (["rows": 99], "spec.params.rows: must be at least 100, not 99"),
            (["rows": 100.5], "spec.params.rows: must be an integer, not 100.5"),
            (["rows": .null], "spec.params.rows: must be an integer, not null"),
            (["rows": 100, "row": 1], "spec.params.row: unknown parameter \"row\"; did you mean \"rows\"?"),
            (
                ["rows": 100, "mode": "fst"],
                "spec.params.mode: must be one of fast, slow, not \"fst\"; did you mean \"fast\"?"
            ),
            (
                ["rows": 100, "countries": ["NL", false]],
                "spec.params.countries[1]: must be a string, not the boolean false (NO without quotes?)"
            ),
            (["rows": 100, "day": "today"], "spec.params.day: must match ^\\d{4}-\\d\\d-\\d\\d$, not \"today\""),
            (
                ["rows": 100, "mode": true],
                "spec.params.mode: must be a string, not the boolean true (quote y, n, yes, no, on, off)"
            ),
        ]
        for (given, message) in table {
            let error = try #require(throws: InvalidSpec.self) { try ParamResolver.resolve(params, given: given) }
            #expect(error.message == message)
        }
    }

    @Test func objectsAreJudgedWhole() throws {
        let table: [(String, String)] = [
            ("just words", "must be an object, not a string"),
            ("{kind: Pipeline}", "apiVersion: is required"),
            (
                "{apiVersion: fairlead.dev/v1, kind: Pipeline}",
                "apiVersion: must be fairlead.dev/v1alpha1, not \"fairlead.dev/v1\""
            ),
            (
                "{apiVersion: fairlead.dev/v1alpha1, kind: Pipline}",
                "kind: unknown kind \"Pipline\"; did you mean \"Pipeline\"?"
            ),
            (
                "{apiVersion: fairlead.dev/v1alpha1, kind: Pipeline, metadata: {name: off}}",
                "metadata.name: must be a string, not the boolean false (quote y, n, yes, no, on, off)"
            ),
            ("{apiVersion: fairlead.dev/v1alpha1, kind: Pipeline, metadata: {name: p}}", "spec: is required"),
        ]
        for (text, message) in table {
            #expect(ManifestValidator.validate(try yaml(text)).first?.description == message)
        }
        #expect(ManifestValidator.validate(["apiVersion": "v1", "kind": "Pod"]) == [])
    }
}
