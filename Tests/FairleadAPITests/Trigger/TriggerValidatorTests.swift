import KubernetesCore
import Testing

@testable import FairleadAPI

@Suite struct TriggerValidatorTests {
    private static let template = "template: {pipelineRun: {spec: {pipeline: churn}}}"

    private static let onSchedule =
        "a trigger's template knows trigger.time, trigger.date and trigger.previousTime"
    private static let onRun =
        "a trigger's template knows trigger.time, trigger.date, trigger.previousTime and trigger.run"

    /// Each row: a spec, and what is told, exactly.
    static let table: [(String, [String])] = [
        ("schedule: {cron: '0 3 * * *'}\n\(template)", []),
        ("run: {pipeline: ingest}\n\(template)", []),
        ("run: {pipeline: ingest, phase: Failed}\n\(template)", []),
        (
            "\(template)", ["spec: needs one of schedule, run, modelVersion, drift, metric, data"]
        ),
        (
            "schedule: {cron: '@daily'}\nrun: {pipeline: ingest}\n\(template)",
            ["spec: takes only one of schedule, run, modelVersion, drift, metric, data"]
        ),
        ("drift: {monitor: churn}\n\(template)", ["spec.drift: drift is not supported yet"]),
        ("data: {uri: s3://b/}\n\(template)", ["spec.data: data is not supported yet"]),
        (
            "schedule: {cron: '0 25 * * *'}\n\(template)",
            ["spec.schedule.cron: hour: must be from 0 to 23, not \"25\" (at character 3 of \"0 25 * * *\")"]
        ),
        (
            "schedule: {cron: '@daily', timeZone: Europe/Amsterdm}\n\(template)",
            ["spec.schedule.timeZone: unknown time zone \"Europe/Amsterdm\"; did you mean \"Europe/Amsterdam\"?"]
        ),
        (
            "schedule: {cron: '@daily', catchUp: Some}\n\(template)",
            ["spec.schedule.catchUp: must be one of None, Latest, All, not \"Some\""]
        ),
        (
            "schedule: {cron: '@daily', maxCatchUp: 101}\n\(template)",
            ["spec.schedule.maxCatchUp: must be at most 100, not 101"]
        ),
        (
            "schedule: {cron: '@daily'}\nconcurrencyPolicy: forbid\n\(template)",
            [
                "spec.concurrencyPolicy: must be one of Allow, Forbid, Replace, Queue, not \"forbid\"; did you mean \"Forbid\"?"
            ]
        ),
        (
            "schedule: {cron: '@daily'}\nlateAfter: soon\n\(template)",
            ["spec.lateAfter: must be a duration such as 90s, 15m, 2h or 7d, not \"soon\""]
        ),
        ("schedule: {cron: '@daily'}", ["spec.template: is required"]),
        (
            "schedule: {cron: '@daily'}\ntemplate: {}",
            ["spec.template: needs one of pipelineRun, trainingJob, tuningJob"]
        ),
        (
            "schedule: {cron: '@daily'}\ntemplate: {trainingJob: {spec: {}}}",
            [
                "spec.template.trainingJob.spec: needs one of command, script, python",
                "spec.template.trainingJob.spec.image: is required",
            ]
        ),
        (
            "schedule: {cron: '@daily'}\ntemplate: {tuningJob: {spec: {}}}",
            ["spec.template.tuningJob: tuningJob is not supported yet"]
        ),
        (
            """
            schedule: {cron: '@daily'}
            template:
              trainingJob:
                metadata: {labels: {team: risk}}
                spec: {framework: jax, nodes: 3, image: x, command: [x], args: ["$(trigger.date)", "$(trigger.dat)"],
                       env: {X: $(params.a)}, inputs: {a: trigger.run.results.uri}, nodez: 3}
            """,
            [
                "spec.template.trainingJob.spec.nodez: unknown field \"nodez\"; did you mean \"nodes\"?"
            ]
        ),
        (
            """
            schedule: {cron: '@daily'}
            template:
              trainingJob:
                spec: {framework: jax, nodes: 3, image: x, command: [x], args: ["$(trigger.date)", "$(trigger.dat)"],
                       env: {X: $(params.a)}, inputs: {a: trigger.run.results.uri}}
            """,
            [
                "spec.template.trainingJob.spec.args[1]: trigger has no member \"dat\"; did you mean \"date\"?: \(onSchedule)",
                "spec.template.trainingJob.spec.env.X: params.a has no value here: \(onSchedule)",
                "spec.template.trainingJob.spec.inputs.a: trigger.run has a value only where the source is run; with schedule \(onSchedule)",
            ]
        ),
        (
            "schedule: {cron: '@daily'}\ntemplate: {pipelineRun: {spec: {pipelin: churn}}}",
            [
                "spec.template.pipelineRun.spec.pipelin: unknown field \"pipelin\"; did you mean \"pipeline\"?",
                "spec.template.pipelineRun.spec: needs one of pipeline, pipelineSpec",
            ]
        ),
        (
            """
            schedule: {cron: '@daily'}
            template:
              pipelineRun:
                spec:
                  pipelineSpec:
                    params: [{name: rows, type: integer}]
                    tasks: [{name: a, image: x, comand: [x]}]
                  params: {rows: "$(trigger.run.results.rows)"}
            """,
            [
                "spec.template.pipelineRun.spec.pipelineSpec.tasks[0].comand: unknown field \"comand\"; did you mean \"command\"?",
                "spec.template.pipelineRun.spec.params.rows: trigger.run has a value only where the source is run; with schedule \(onSchedule)",
            ]
        ),
        (
            """
            schedule: {cron: '@daily'}
            template:
              pipelineRun:
                spec:
                  pipelineSpec:
                    params: [{name: rows, type: integer}, {name: day}]
                    tasks: [{name: a, image: x, command: [x]}]
                  params: {rows: many, dya: "$(trigger.date)"}
            """,
            [
                "spec.template.pipelineRun.spec.params.rows: must be an integer, not a string",
                "spec.template.pipelineRun.spec.params.day: is required: the pipeline's parameter day has no default",
                "spec.template.pipelineRun.spec.params.dya: unknown parameter \"dya\"; did you mean \"day\"?",
            ]
        ),
        (
            """
            run: {pipeline: ingest}
            template:
              pipelineRun:
                spec:
                  pipeline: churn
                  params:
                    day: "$(trigger.date)"
                    deep: [{a: "$(trigger.day)"}, "$(params.x)"]
                    rows: $(trigger.run.results.rows)
                    what: $(trigger.run.result.rows)
            """,
            [
                "spec.template.pipelineRun.spec.params.deep[0].a: trigger has no member \"day\": \(onRun)",
                "spec.template.pipelineRun.spec.params.deep[1]: params.x has no value here: \(onRun)",
                "spec.template.pipelineRun.spec.params.what: trigger.run has no member \"result\"; did you mean \"results\"?: it has name, uid, namespace, pipeline, phase, params, results, startTime and completionTime",
            ]
        ),
        (
            "run: {pipeline: churn}\n\(template)",
            [
                "spec.run.pipeline: the runs of \"churn\" would start runs of it without end; set cooldown or maxPerDay"
            ]
        ),
        ("run: {pipeline: churn}\nmaxPerDay: 2\n\(template)", []),
    ]

    @Test(arguments: table) func judges(_ spec: String, _ expected: [String]) throws {
        let json = try #require(try ManifestReader.read(spec).first)
        #expect(TriggerValidator.validate(json: json).map(\.description) == expected)
    }

    @Test func namesAreShorterThanThoseOfRuns() throws {
        let spec = TriggerSpec(
            schedule: ScheduleSource(cron: "@daily"),
            template: TriggerTemplate(pipelineRun: RunTemplate(spec: ["pipeline": "churn"])))
        let good = Trigger(metadata: ObjectMeta(name: String(repeating: "a", count: 52)), spec: spec)
        #expect(TriggerValidator.validate(good).isEmpty)
        let long = Trigger(metadata: ObjectMeta(name: String(repeating: "a", count: 53)), spec: spec)
        #expect(
            TriggerValidator.validate(long).map(\.description)
                == ["metadata.name: must have at most 52 characters, not 53"])
    }
}
