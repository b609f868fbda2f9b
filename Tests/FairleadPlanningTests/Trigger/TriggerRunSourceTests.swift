import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

/// Runs that are started by the end of others.
@Suite struct TriggerRunSourceTests {
    private static func model(_ lines: String = "", phase: String = "Succeeded") throws -> TriggerModel {
        try TriggerModel(
            """
            run: {pipeline: ingest, phase: \(phase)}
            template:
              pipelineRun:
                spec: {pipeline: churn, params: {rows: "$(trigger.run.results.rows)", from: "run $(trigger.run.name)"}}
            \(lines)
            """)
    }

    @Test func eachEndStartsOneRun() throws {
        var model = try Self.model()
        model.end("before", ago: 60)
        model.settle()
        model.now.addTimeInterval(100)
        model.end("one")
        model.end("failed", .failed)
        model.end("other", pipeline: "export")
        model.settle()
        #expect(model.made.count == 1)
        let run = try #require(model.runs.values.first)
        #expect(run.spec.value?.params == ["rows": 42, "from": "run one"])
        #expect(run.metadata.annotations[TriggerNaming.sourceAnnotation] == "uid-one")
        // Told late, although it ended before the first one.
        model.end("slow", ago: 50)
        model.settle()
        #expect(model.made.count == 2)
        // What the history drops, and what of the sources goes, starts nothing anew.
        model.finishAll()
        model.edit { $0.successfulRunsHistoryLimit = 0 }
        model.settle()
        model.sources["one"] = nil
        model.settle()
        #expect(model.made.count == 2 && model.runs.isEmpty)
        #expect(model.trigger.status.decided.count == 1)
    }

    @Test func thousandsOfEndsStartOneRunEachAndTheStatusStaysSmall() throws {
        var model = try Self.model()
        model.settle()
        for index in 0..<1500 {
            model.now.addTimeInterval(1)
            model.end("r\(index)")
            if index.isMultiple(of: 400) { model.settle() }
        }
        model.settle()
        #expect(model.made.count == 1500)
        #expect(Set(model.made).count == 1500)
        let size = JSONWriter.bytes(try KubernetesJSON.value(of: model.trigger.status)).count
        #expect(size < 10_000, "\(size)")
    }

    @Test func endsWhileSuspendedStartNothing() throws {
        var model = try Self.model(phase: "Failed")
        model.edit { $0.suspend = true }
        model.settle()
        model.now.addTimeInterval(60)
        model.end("one", .failed)
        model.settle()
        model.edit { $0.suspend = nil }
        model.settle()
        #expect(model.made.isEmpty)
        model.now.addTimeInterval(60)
        model.end("two", .failed)
        model.settle()
        #expect(model.made.count == 1)
    }

    @Test func aRunThatIsGoneBeforeItsTurnIsTold() throws {
        var model = try Self.model("concurrencyPolicy: Queue")
        model.settle()
        model.now.addTimeInterval(10)
        model.end("one")
        model.end("two")
        model.settle()
        #expect(model.made.count == 1)
        model.sources = [:]
        model.finishAll()
        model.settle()
        #expect(model.made.count == 1)
        #expect(model.reasons.contains("ExpressionFailed"))
        #expect(model.trigger.status.waiting.isEmpty)
    }
}
