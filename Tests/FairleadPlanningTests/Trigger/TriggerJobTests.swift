import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

/// A trigger that starts training jobs: all that holds of runs holds of them.
@Suite struct TriggerJobTests {
    private static let hour: TimeInterval = 3600

    private static func model(_ source: String = "", _ lines: String = "") throws -> TriggerModel {
        try TriggerModel(
            """
            schedule: {cron: '0 * * * *'\(source.isEmpty ? "" : ", \(source)")}
            template:
              trainingJob:
                metadata: {labels: {team: risk}}
                spec: {framework: jax, nodes: 3, image: i, command: [x], args: ["$(trigger.date)", "$$(HOSTNAME)"]}
            \(lines)
            """)
    }

    @Test func everySlotGetsItsJob() throws {
        var model = try Self.model()
        model.pass(2 * Self.hour)
        #expect(model.slots == ["1:00", "2:00"])
        #expect(model.runs.isEmpty)
        let job = try #require(model.jobs[model.made[0]])
        #expect(TrainingJobValidator.validate(job) == [])
        #expect(job.metadata.labels["team"] == "risk")
        #expect(job.metadata.labels[FairleadLabel.trigger] == "nightly")
        #expect(job.metadata.controller?.kind == "Trigger")
        let container = try #require(job.spec.value?.container)
        #expect(container.args == ["2026-01-01", "$$(HOSTNAME)"])
        #expect(model.notes.first?.note == "made job \(model.made[0]) for the slot 2026-01-01T01:00:00Z")
        #expect(model.trigger.status.active == 2)
        model.finishAll()
        model.settle()
        #expect(model.trigger.status.active == 0)
        #expect(model.trigger.status.lastSuccessfulTime == Time(model.now))
    }

    @Test func policiesHistoryAndAlarmsCountThem() throws {
        var forbid = try Self.model("", "concurrencyPolicy: Forbid")
        forbid.pass(2 * Self.hour)
        #expect(forbid.slots == ["1:00"])
        #expect(forbid.notes.contains { $0.note.contains("job \(forbid.made[0]) goes on") })
        var replace = try Self.model("", "concurrencyPolicy: Replace")
        replace.pass(2 * Self.hour)
        #expect(replace.deleted == [replace.made[0]])
        #expect(replace.jobs.count == 1)
        var kept = try Self.model("", "successfulRunsHistoryLimit: 1")
        for _ in 0..<3 {
            kept.pass(Self.hour)
            kept.finishAll()
        }
        kept.settle()
        #expect(kept.jobs.count == 1)
        var late = try Self.model("", "lateAfter: 30m")
        late.pass(1.75 * Self.hour)
        #expect(late.condition(.late)?.message.hasPrefix("job \(late.made[0])") == true)
        var missed = try Self.model("catchUp: All")
        missed.settle()
        missed.now += 5 * Self.hour
        missed.settle()
        #expect(missed.slots == ["1:00", "2:00", "3:00", "4:00", "5:00"])
    }

    /// A template that names another kind now: what the old one started still counts.
    @Test func aNewKindInTheTemplateForgetsNothing() throws {
        var model = try TriggerModel.scheduled("0 * * * *", "", "concurrencyPolicy: Forbid")
        model.pass(Self.hour)
        let run = try #require(model.made.first)
        model.edit {
            $0.template = TriggerTemplate(trainingJob: RunTemplate(spec: ["image": "i", "command": ["x"]]))
        }
        model.pass(Self.hour)
        #expect(model.made == [run], "the run goes on, and no job starts beside it")
        model.finish(run)
        model.pass(Self.hour)
        #expect(model.jobs.count == 1)
    }

    @Test func aSlotWhoseTemplateLeadsNowhereIsLeftOut() throws {
        var model = try TriggerModel(
            """
            run: {pipeline: ingest}
            template: {trainingJob: {spec: {image: i, command: [x], nodes: "$(trigger.run.results.rows)"}}}
            """)
        model.settle()
        model.now += 60
        model.end("ingest-1")
        model.settle()
        #expect(model.jobs.values.first?.spec.value?.nodes == 42)
        model.edit { spec in
            let nodes: JSONValue = "$(trigger.run.results.row)"
            spec.template = TriggerTemplate(
                trainingJob: RunTemplate(spec: ["image": "i", "command": ["x"], "nodes": nodes]))
        }
        model.now += 60
        model.end("ingest-2")
        model.settle()
        #expect(model.jobs.count == 1)
        #expect(model.notes.last?.note.contains("spec.template.trainingJob.spec.nodes") == true)
    }
}
