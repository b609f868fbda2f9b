import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

/// What a trigger says of the pipelines that it names before anything is due.
@Suite struct TriggerPipelinesTests {
    private static func pipeline(_ params: String) throws -> Pipeline {
        let spec = try #require(
            try ManifestReader.read("params: \(params)\ntasks: [{name: a, image: x, command: [x]}]").first)
        return Pipeline(
            metadata: ObjectMeta(name: "churn", namespace: "default"),
            spec: try KubernetesJSON.decode(PipelineSpec.self, from: spec))
    }

    @Test func aMissingPipelineIsToldAtOnceAndStopsNothing() throws {
        var model = try TriggerModel.scheduled("0 * * * *", "catchUp: All")
        model.pipelines = TriggerPipelines(found: [:], others: ["chrun", "ingest"])
        model.settle()
        #expect(model.condition(.ready)?.status == .isFalse)
        #expect(model.condition(.ready)?.reason == "PipelineMissing")
        #expect(
            model.condition(.ready)?.message
                == "spec.template.pipelineRun.spec.pipeline: there is no pipeline \"churn\" in this namespace; did you mean \"chrun\"?"
        )
        #expect(model.trigger.status.nextScheduleTime?.description == "2026-01-01T01:00:00Z")
        // What is due has its run, which says why it fails; nothing is left out, and nothing is told twice.
        model.pass(2.5 * 3600)
        #expect(model.slots == ["1:00", "2:00"])
        #expect(model.trigger.status.missed == nil)
        #expect(model.reasons.count { $0 == "PipelineMissing" } == 1)
        // A controller that was away meanwhile has missed what it would have missed anyway.
        model.now.addTimeInterval(3600)
        model.pipelines = TriggerPipelines(found: ["churn": try Self.pipeline("[{name: day}]")])
        model.settle()
        #expect(model.condition(.ready)?.status == .isTrue)
        #expect(model.slots == ["1:00", "2:00", "3:00"])
    }

    @Test(arguments: [
        ("[{name: day}]", nil),
        ("[{name: day, type: integer}]", nil),
        ("[]", "spec.template.pipelineRun.spec.params.day: unknown parameter \"day\""),
        (
            "[{name: days}, {name: rows, default: '1'}]",
            "spec.template.pipelineRun.spec.params.days: is required: the pipeline's parameter days has no default; "
                + "spec.template.pipelineRun.spec.params.day: unknown parameter \"day\"; did you mean \"days\"?"
        ),
    ]) func whatThePipelineDoesNotTakeIsTold(_ params: String, _ message: String?) throws {
        var model = try TriggerModel.scheduled("0 * * * *")
        model.pipelines = TriggerPipelines(found: ["churn": try Self.pipeline(params)])
        model.settle()
        #expect(model.condition(.ready)?.status == (message == nil ? .isTrue : .isFalse))
        #expect(model.condition(.ready)?.reason == (message == nil ? "Valid" : "PipelineMismatch"))
        #expect(model.condition(.ready)?.message == message ?? "")
        #expect(model.reasons == (message == nil ? [] : ["PipelineMismatch"]))
    }

    @Test func aValueThatIsKnownIsJudged() throws {
        var model = try TriggerModel(
            """
            schedule: {cron: '@daily'}
            template: {pipelineRun: {spec: {pipeline: churn, params: {rows: many}}}}
            """)
        model.pipelines = TriggerPipelines(found: ["churn": try Self.pipeline("[{name: rows, type: integer}]")])
        model.settle()
        #expect(
            model.condition(.ready)?.message
                == "spec.template.pipelineRun.spec.params.rows: must be an integer, not a string")
    }

    @Test func thePipelineThatIsWaitedForMustBeThereToo() throws {
        var model = try TriggerModel(
            "run: {pipeline: ingset}\ntemplate: {pipelineRun: {spec: {pipeline: churn}}}")
        model.pipelines = TriggerPipelines(found: ["churn": try Self.pipeline("[]")], others: ["churn", "ingest"])
        model.settle()
        #expect(
            model.condition(.ready)?.message
                == "spec.run.pipeline: there is no pipeline \"ingset\" in this namespace; did you mean \"ingest\"?")
        // Its runs count all the same, should there be any.
        model.now += 60
        model.end("one", pipeline: "ingset")
        model.settle()
        #expect(model.made.count == 1)
    }
}
